/** Takes the steps of an execution in memory and makes their consequences happen, as `position.doing` says. */
import type { Instant } from "../position.ts";
import { begin } from "../step.ts";
import type { Signal, Transition } from "../transition.ts";
import type { Branch } from "./branch.ts";
import { end, fence, openFork } from "./forks.ts";
import { appointSignal, isRunning, type Run, segmentOf } from "./run.ts";

export async function start(run: Run, root: Branch): Promise<void> {
  const { definition } = root.home;
  if (definition.timeoutSeconds !== undefined) {
    const limit = run.now + definition.timeoutSeconds * 1000;
    appointSignal(run, limit, root, { kind: "execution-timed-out" }, () => isRunning(root));
  }
  const moment = run.momentOf(root, 0);
  const signal = await apply(run, root, begin(definition, moment), moment.now);
  if (signal !== undefined) await advance(run, root, signal);
}

/** Takes steps as long as the branch can go on at once and nobody else is due. */
export async function advance(run: Run, branch: Branch, first: Signal): Promise<void> {
  let signal: Signal | undefined = first;
  while (signal !== undefined) {
    const moment = run.momentOf(branch, branch.seq);
    const transition: Transition = await run.decide(branch, signal, moment);
    signal = await apply(run, branch, transition, moment.now);
  }
}

async function apply(run: Run, branch: Branch, transition: Transition, now: Instant): Promise<Signal | undefined> {
  run.transitions += 1;
  run.characters += transition.next.input.length;
  if (run.keepsHistory) branch.home.log.push(segmentOf(branch, now, transition));
  branch.position = transition.next;
  branch.seq += 1;
  return follow(run, branch);
}

/** Makes happen what the position asks for; answers the signal that can come at once. */
async function follow(run: Run, branch: Branch): Promise<Signal | undefined> {
  const { doing } = branch.position;
  switch (doing.kind) {
    case "beginning":
      return arriveAt(run, branch, run.now);
    case "arriving":
      return arriveAt(run, branch, doing.notBefore ?? run.now);
    case "sleeping":
      return arriveAt(run, branch, doing.until);
    case "retrying":
      return arriveAt(run, branch, doing.notBefore);
    case "working":
      if (doing.claim === branch.seq - 1) await run.call(branch, doing);
      return undefined;
    case "forked":
      await openFork(run, branch, doing);
      return undefined;
    case "closing": {
      await fence(run, branch);
      const events = branch.open?.events ?? 0;
      branch.open = undefined;
      return { kind: "closed", events };
    }
    case "ended":
      await end(run, branch, doing.outcome);
      return undefined;
  }
}

function arriveAt(run: Run, branch: Branch, at: Instant): Signal | undefined {
  const { now } = run;
  const due = run.agenda.peek();
  if (at <= now && (due === undefined || due.at > now)) return { kind: "arrived" };
  const { seq } = branch;
  appointSignal(run, at, branch, { kind: "arrived" }, () => branch.seq === seq);
  return undefined;
}
