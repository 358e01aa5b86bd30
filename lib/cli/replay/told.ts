/** What came of replays, in lines. */
import { essenceOf } from "../../asl/simulate/recorded.ts";
import type { Estimate } from "../cost/estimate.ts";
import { dollars, together } from "../cost/estimate.ts";
import { count, several } from "../explain/words.ts";
import { duration, paint, shortPayload } from "../paint.ts";
import { inLine } from "../visible.ts";
import { whatChanged } from "../what-changed.ts";
import { type Call, type CallChanges, type Replayed, type Seen, toldEnd } from "./replay.ts";

const signs = { same: "✔", differs: "≠", unknown: "?" } as const;
const colours = { same: "green", differs: "yellow", unknown: "red" } as const;

export function replayLines(one: Replayed): string {
  const sign = paint(colours[one.verdict], signs[one.verdict]);
  const first = `  ${sign} ${inLine(one.name)}  ${headline(one)}`;
  return [first, ...details(one).map((line) => `      ${line}`)].join("\n");
}

function headline({ because, before, after }: Replayed): string {
  if (because !== undefined) return inLine(because);
  const [then, now] = [before, after].map((seen) => (seen ? shortPayload(toldEnd(seen)) : ""));
  return then === now ? String(now) : `${then} → ${now}`;
}

/** So many of a kind; `--json` has all. */
const mostTold = 5;

function details({ before, after, states, calls, unanswered = [] }: Replayed): readonly string[] {
  if (!before || !after || !states || !calls) return firstOf(unanswered.map((call) => `asks     ${toldCall(call)}`));
  return [...visits(states), ...asked(calls), ...output(before, after), ...time(before, after)];
}

function visits(states: NonNullable<Replayed["states"]>): readonly string[] {
  const told = Object.entries(states).map(([state, more]) => {
    const times = Math.abs(more) === 1 ? "" : ` (${count(Math.abs(more))} times)`;
    return `${more > 0 ? "+" : "−"} ${inLine(state)}${times}`;
  });
  return told.length === 0 ? [] : [`states   ${told.join(", ")}`];
}

function asked({ changed, gone, added }: CallChanges): readonly string[] {
  return [
    ...firstOf(changed.map(({ before, after }) => `asks     ${otherwise(before, after)}, and is answered as before`)),
    ...firstOf(added.map((call) => `asks     ${toldCall(call)}, and is answered as given`)),
    ...firstOf(gone.map((call) => `no more  ${toldCall(call)}`)),
  ];
}

/** `ChargeCard: ~ amount 4401`; what is another one at each run is left out. */
function otherwise(before: Call, after: Call): string {
  const change =
    before.resource === after.resource
      ? whatChanged(essenceOf(before.arguments), essenceOf(after.arguments))
      : undefined;
  return change === undefined
    ? `${toldCall(after)} in place of ${toldCall(before)}`
    : `${inLine(after.state)}: ${shortPayload(change)}`;
}

function firstOf(lines: readonly string[]): readonly string[] {
  const more = lines.length - mostTold;
  return more > 0 ? [...lines.slice(0, mostTold), `         and ${several(more, "such call")} more`] : lines;
}

function toldCall({ state, resource, arguments: given }: Call): string {
  return `${inLine(state)}  ${inLine(resource)} ${shortPayload(given)}`;
}

function output(before: Seen, after: Seen): readonly string[] {
  if (before.output === undefined || after.output === undefined || before.output === after.output) return [];
  return [`output   ${shortPayload(whatChanged(before.output, after.output) ?? after.output)}`];
}

function time(before: Seen, after: Seen): readonly string[] {
  const [then, now] = [before.milliseconds, after.milliseconds];
  if (then === undefined || now === undefined || then === now) return [];
  return [`takes    ${duration(now)}, not ${duration(then)}`];
}

export function summaryLines(all: readonly Replayed[]): readonly string[] {
  const number = (verdict: Replayed["verdict"]): number => all.filter((one) => one.verdict === verdict).length;
  const sum = (which: "before" | "after"): Estimate => together(all.flatMap((one) => one[which]?.estimate ?? []));
  const [then, now] = [sum("before"), sum("after")];
  const cost =
    then.transitions === now.transitions
      ? []
      : [
          `state transitions ${count(then.transitions)} → ${count(now.transitions)}; on Step Functions ${dollars(then.stepFunctionsUsd)} → ${dollars(now.stepFunctionsUsd)}`,
        ];
  const counts = [
    `${count(number("same"))} as before`,
    `${count(number("differs"))} otherwise`,
    `${count(number("unknown"))} unknown`,
  ];
  return [
    paint(number("same") === all.length ? "green" : "yellow", counts.join(", ")),
    ...cost.map((line) => paint("dim", line)),
  ];
}
