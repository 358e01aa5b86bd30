/**
 * The first lines about an execution, in words: what it does or waits for, or what it came to and why; and what
 * happens next. Somebody who sees it for the first time should need no more.
 */
import type { Visit } from "../../asl/history/visits.ts";
import { lostCause } from "../../asl/states/lost.ts";
import { count, duration, moment, relative, several } from "./words.ts";

export interface Story {
  readonly says: string;
  /** The state that it is about. */
  readonly about?: Visit;
  readonly cause?: string;
  /** What led to it, where the end alone does not say. */
  readonly because?: string;
  readonly next: string;
  /** A person can let it go on. */
  readonly asks?: true;
}

/** What is read of DescribeExecution; moments are seconds since 1970, as on the wire. */
export interface Described {
  readonly status: string;
  readonly startDate: number;
  readonly stopDate?: number;
  readonly error?: string;
  readonly cause?: string;
  readonly redriveStatus?: string;
}

/** What a branch waits for; moments in ISO 8601. */
export interface Waiting {
  readonly branch: string;
  readonly state: string;
  readonly reason: string;
  readonly since?: string;
  readonly until?: string;
}

export interface Told {
  readonly description: Described;
  readonly waiting: readonly Waiting[];
  readonly visits: readonly Visit[];
  readonly now: number;
  /** How a moment is written; default: in the reader's own time. */
  readonly written?: (at: number, now: number) => string;
}

export function storyOf(told: Told): Story {
  switch (told.description.status) {
    case "RUNNING":
      return running(told);
    case "SUCCEEDED":
      return succeeded(told);
    case "FAILED":
    case "TIMED_OUT":
      return failed(told);
    default:
      return stopped(told);
  }
}

function running({ waiting, visits, now, written = moment }: Told): Story {
  const when = (at: number): string => `${written(at, now)} (${relative(at, now)})`;
  // A state with branches waits for them: what they wait for says more.
  const leaves = waiting.filter(({ reason }) => !/^waits for the (branch|\d+ branches) of /.test(reason));
  // Whom a person can help comes first: everything else goes on by itself.
  const first = leaves.find(({ reason }) => asksSomebody(reason)) ?? leaves[0] ?? waiting[0];
  if (!first) return { says: "Is about to go on.", next: "The next state is on its way." };
  const others = leaves.length - 1;
  const about = whereItWaits(visits, first);
  const more = others > 0 ? ` (and ${several(others, "other branch", "other branches")})` : "";
  return {
    says: `${sentence(first.reason, when)}${more}.`,
    ...(about && { about }),
    next: whatComes(first, when),
    ...(asksSomebody(first.reason) && { asks: true }),
  };
}

/** Whoever waits before a state is still in the Wait that leads there. */
function whereItWaits(visits: readonly Visit[], { state, reason }: Waiting): Visit | undefined {
  const open = visits.filter(({ leftAt }) => leftAt === undefined);
  const waits = reason.startsWith("waits until ") ? open.filter(({ type }) => type === "Wait") : [];
  return open.findLast((visit) => visit.state === state) ?? (waits.length === 1 ? waits[0] : undefined);
}

function asksSomebody(reason: string): boolean {
  return /task token/.test(reason);
}

function sentence(reason: string, when: (at: number) => string): string {
  const local = reason
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (iso) => when(Date.parse(iso)))
    .replace(/^(waits for the )(\d+)(?= branches of )/, (_, words, branches) => words + count(Number(branches)));
  return local.charAt(0).toUpperCase() + local.slice(1);
}

function whatComes({ reason, until, state }: Waiting, written: (at: number) => string): string {
  const limit = until === undefined ? undefined : Date.parse(until);
  const when = limit === undefined ? "" : ` ${written(limit)}`;
  const beat = /needs a heartbeat every (\d+) s/.exec(reason)?.[1];
  const unbeaten =
    beat && ` Without a heartbeat for ${beat} s it fails${limit === undefined ? " with States.Timeout" : ", too"}.`;
  if (asksSomebody(reason))
    return limit === undefined
      ? `Somebody has to answer.${unbeaten ?? " There is no deadline."}`
      : `Somebody has to answer by${when}. After that ${state} has failed with States.Timeout.${unbeaten ?? ""}`;
  if (/activity/.test(reason)) return "A worker has to take or finish the task.";
  if (/started by state/.test(reason)) return "It goes on when the execution that it started has ended.";
  if (/^runs task/.test(reason))
    return limit === undefined
      ? "It goes on when the call answers."
      : `It goes on when the call answers, at the latest${when}.`;
  if (limit !== undefined) return `It goes on by itself at${when}.`;
  return "It goes on by itself.";
}

function succeeded({ description, visits }: Told): Story {
  const retried = visits.reduce(
    (sum, { attempts }) => sum + attempts.filter(({ status }) => status === "failed").length,
    0,
  );
  const caught = visits.filter(({ status }) => status === "caught").length;
  const troubles = [
    ...(retried > 0 ? [`${several(retried, "attempt")} failed on the way`] : []),
    ...(caught > 0 ? [`${several(caught, "failure was", "failures were")} caught`] : []),
  ];
  const took = duration(((description.stopDate ?? description.startDate) - description.startDate) * 1_000);
  const smooth = troubles.length > 0 ? `; ${troubles.join(", ")}` : "";
  return {
    says: `Succeeded in ${took}, through ${several(visits.length, "state")}${smooth}.`,
    next: "Nothing more happens: it is done.",
  };
}

function failed({ description, visits }: Told): Story {
  const { status, error, cause, redriveStatus } = description;
  const timedOut = status === "TIMED_OUT";
  const about = culprit(visits) ?? (timedOut ? openAtTheEnd(visits) : undefined);
  const tries = about?.attempts.length ?? 0;
  const where = about ? ` in state ${placeOf(about)}${tries > 1 ? `, at attempt ${tries}` : ""}` : "";
  const attempt = about?.attempts.at(-1);
  const why = error ?? attempt?.error ?? about?.error ?? (timedOut ? "States.Timeout" : undefined);
  const text = cause ?? attempt?.cause ?? about?.cause;
  const origin = about?.type === "Fail" ? originOf(visits, about) : undefined;
  const shown = origin ?? about;
  const because = about?.type === "Fail" ? becauseOf(origin, about) : about && triedOnce(about, text);
  return {
    says: `${timedOut ? "Ran out of time" : "Failed"}${where}${why === undefined ? "" : `: ${why}`}.`,
    ...(shown && { about: shown }),
    ...(text !== undefined && { cause: text }),
    ...(because !== undefined && { because }),
    next: afterFailure(redriveStatus, about, origin),
  };
}

const startAgain = "Start again begins anew, with the same input or another.";

function afterFailure(redriveStatus: string | undefined, about?: Visit, origin?: Visit): string {
  const byItself = "Nothing more happens by itself.";
  if (redriveStatus === "REDRIVABLE_BY_MAP_RUN") return `${byItself} It is redriven with its Map Run.`;
  if (redriveStatus !== "REDRIVABLE") return `Nothing more happens. ${startAgain}`;
  if (about?.type !== "Fail")
    return `${byItself} A redrive goes on from ${about?.state ?? "there"}: what succeeded is not done again.`;
  const goal = origin ? `To try ${origin.state} once more, start again, with the same input or another.` : startAgain;
  return `${byItself} A redrive would only come to ${about.state} again, which always fails. ${goal}`;
}

/** It ended in a Fail state: a redrive begins there again, and comes to the same end. */
export function redriveIsInVain(visits: readonly Visit[]): boolean {
  return culprit(visits)?.type === "Fail";
}

/** The innermost state that failed last: those around it failed of it. */
function culprit(visits: readonly Visit[]): Visit | undefined {
  const failures = visits.filter(({ status }) => status === "failed");
  const around = new Set<Visit>();
  for (const { inside } of failures) for (let at = inside; at; at = at.visit.inside) around.add(at.visit);
  return failures.findLast((visit) => !around.has(visit)) ?? failures.at(-1);
}

/** A Fail state ends what went wrong before: the failure that was caught on the way to it. */
function originOf(visits: readonly Visit[], end: Visit): Visit | undefined {
  const caught = visits.findLast(({ status, id }) => status === "caught" && id < end.id);
  return caught && (visits.findLast((visit) => visit.status === "failed" && isBeneath(visit, caught)) ?? caught);
}

function becauseOf(origin: Visit | undefined, end: Visit): string | undefined {
  if (!origin) return chosenBefore(end);
  const error = origin.attempts.at(-1)?.error ?? origin.error;
  const tries = origin.attempts.length > 1 ? ` after ${several(origin.attempts.length, "attempt")}` : "";
  const what = error === undefined ? "" : ` with ${error}`;
  return `It began in ${placeOf(origin)}: that failed${tries}${what}, was caught, and led ${wayTo(end)}to ${end.state}.`;
}

/** More of them are counted. */
const mostNamed = 4;

/** What ran between the failure that was caught and the end: what undid the rest, mostly. */
function wayTo(end: Visit): string {
  const between: string[] = [];
  let at = end.after;
  for (; at && at.status !== "caught"; at = at.after) between.unshift(at.state);
  if (at === undefined || between.length === 0) return "";
  if (between.length > mostNamed)
    return `through ${several(between.length, "state")}, from ${between[0]} to ${between.at(-1)}, `;
  const [last, ...others] = between.toReversed();
  return `through ${others.length === 0 ? "" : `${others.toReversed().join(", ")} and `}${last} `;
}

/** Where nothing had failed before, a Choice led there. */
function chosenBefore(end: Visit): string | undefined {
  for (let next = end; next.after; next = next.after) {
    if (next.after.type !== "Choice") continue;
    const led = next === end ? "" : `, which led to ${end.state}`;
    return `Nothing had failed before: ${placeOf(next.after)} chose ${next.state}${led}.`;
  }
  return undefined;
}

/** A lost attempt says nothing against the task: where it may be made twice, the definition should say so. */
function triedOnce({ state, attempts }: Visit, cause: string | undefined): string | undefined {
  if (cause !== lostCause || attempts.length > 1) return undefined;
  return `A Retry for States.TaskFailed in ${state} would have tried again.`;
}

function isBeneath(visit: Visit, container: Visit): boolean {
  for (let inside = visit.inside; inside; inside = inside.visit.inside) if (inside.visit === container) return true;
  return false;
}

/** `PackItem (item 3 of PackItems)`. */
export function placeOf({ state, inside }: Visit): string {
  if (inside?.index === undefined) return state;
  return `${state} (item ${inside.index} of ${inside.visit.state})`;
}

function stopped({ description, visits }: Told): Story {
  const { error, cause, redriveStatus } = description;
  const about = openAtTheEnd(visits);
  return {
    says: `Was stopped${about ? ` while in state ${placeOf(about)}` : ""}.`,
    ...(about && { about }),
    ...(cause !== undefined && { cause: error === undefined ? cause : `${error}: ${cause}` }),
    next:
      redriveStatus === "REDRIVABLE"
        ? "Nothing more happens by itself. A redrive goes on from there."
        : "Nothing more happens.",
  };
}

/** Where it was when it ended: a call under way says more than the state around it. */
function openAtTheEnd(visits: readonly Visit[]): Visit | undefined {
  return (
    visits.findLast(({ status, attempts }) => status === "aborted" && attempts.length > 0) ??
    visits.findLast(({ status }) => status === "aborted")
  );
}
