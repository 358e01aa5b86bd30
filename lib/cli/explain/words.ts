/** Times and amounts in words: short, and the same everywhere. */

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** `18 ms`, `2.9 s`, `4 min 10 s`, `3 d 2 h`. */
export function duration(milliseconds: number): string {
  const time = Math.max(0, milliseconds);
  // What would be rounded up to the next larger unit is told in that.
  if (time < second - 0.5) return `${Math.round(time)} ms`;
  if (time < 9.95 * second) return `${(time / second).toFixed(1)} s`;
  if (time < 59.5 * second) return `${Math.round(time / second)} s`;
  if (time < minute) return "1 min";
  if (time < hour) return two(time, minute, "min", second, "s");
  if (time < day) return two(time, hour, "h", minute, "min");
  return two(time, day, "d", hour, "h");
}

function two(time: number, large: number, largeName: string, small: number, smallName: string): string {
  const whole = Math.floor(time / large);
  const rest = Math.floor((time % large) / small);
  return rest === 0 ? `${whole} ${largeName}` : `${whole} ${largeName} ${rest} ${smallName}`;
}

/** That of the words around it: whoever reads 25.007 beside 2.6 s, or a date from right to left, has to guess. */
export const language = "en";

const clock = new Intl.DateTimeFormat(language, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23", // without 12 hours alone midnight is 24:00
});
const date = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" });

/** Today the time, else the day with it. */
export function moment(at: number, now: number): string {
  const sameDay = date.format(at) === date.format(now);
  return sameDay ? clock.format(at) : `${date.format(at)}, ${clock.format(at)}`;
}

/** `3 min ago`, `in 2 d 3 h`: what is to come is told more exactly than what is gone. */
export function relative(at: number, now: number): string {
  if (Math.abs(at - now) < second) return "just now";
  const coarse = duration(Math.floor(Math.abs(at - now) / second) * second).replace(/\.\d/, "");
  return at < now ? `${coarse.split(" ").slice(0, 2).join(" ")} ago` : `in ${coarse}`;
}

const counts = new Intl.NumberFormat(language);

export function count(number: number): string {
  return counts.format(number);
}

/** `1 state`, `3 states`. */
export function several(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}
