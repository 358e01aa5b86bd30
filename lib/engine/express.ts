/**
 * An Express execution: it runs in memory, in one invocation, with the same pure step as all others, and
 * waits for the clock and for its tasks' answers. It leaves no trace in the log; if its process dies, it
 * begins anew or not at all, as whoever started it decides. What its events are written to is not decided here.
 */
import type { Definition } from "../asl/definition.ts";
import { type AwsHistoryEvent, mergeHistory, type SegmentEvents } from "../asl/history.ts";
import type { Branch, Home } from "../asl/memory/branch.ts";
import { advance, start } from "../asl/memory/driver.ts";
import { appointSignal, isClaimed, isRunning, newAgenda, type Run, rootOf } from "../asl/memory/run.ts";
import type { Instant, Outcome, Working } from "../asl/position.ts";
import { step } from "../asl/step.ts";
import type { ExecutionContext, Moment, Signal, Transition } from "../asl/transition.ts";
import { makeCall, unknownFate } from "./call.ts";
import type { Engine } from "./engine.ts";
import { measureAttempt } from "./metrics.ts";
import { draw } from "./moment.ts";
import { payloadLimit } from "./quotas.ts";
import { type Traced, traceOfCall } from "./traces.ts";

export interface ExpressRequest {
  readonly definition: Definition;
  /** What the execution is called, and its input; `startTime`: now, if it is absent. */
  readonly execution: Pick<
    ExecutionContext,
    "id" | "name" | "roleArn" | "stateMachine" | "input" | "region" | "account"
  > & { readonly startTime?: Instant };
  /** Whether its events are kept for `history` and `segments`. */
  readonly keepsHistory: boolean;
  readonly strictQuotas?: true;
  /** The trace that it belongs to, as X-Ray writes it. */
  readonly traceHeader?: string | undefined;
  /** Aborted: the execution ends as ABORTED. */
  readonly signal?: AbortSignal;
}

export interface ExpressResult {
  readonly outcome: Outcome;
  readonly startedAt: Instant;
  readonly stoppedAt: Instant;
  readonly billing: Billing;
  /** Its events as GetExecutionHistory would number them; empty if they were not kept. */
  readonly history: () => readonly AwsHistoryEvent[];
  readonly segments: readonly SegmentEvents[];
}

/** What the service would bill: time in steps of 100 ms, memory in chunks of 64 MB. */
export interface Billing {
  readonly billedDurationInMilliseconds: number;
  readonly billedMemoryUsedInMB: number;
}

/** The service's own limit on the life of an Express execution. */
export const longestSeconds = 300;

/** A machine that loops for ever would fill the memory with its events before its five minutes are over. */
const mostTransitions = 1_000_000;

/** Transitions in one go before everybody else in the process gets a turn. */
const inOneGo = 256;

export async function runExpress(engine: Engine, request: ExpressRequest): Promise<ExpressResult> {
  const { clock } = engine.world;
  const startedAt = request.execution.startTime ?? clock.now();
  const home = homeOf(engine, request, startedAt);
  const over = new AbortController();
  const news = newsFrom(engine);
  const run = prepare(engine, home, request, news.ring, over.signal);
  const stop = (): void => {
    appointSignal(run, run.now, run.root, { kind: "stopped", failure: {} }, () => isRunning(run.root));
    news.ring();
  };
  request.signal?.addEventListener("abort", stop, { once: true });
  if (request.signal?.aborted) stop();
  try {
    const begunAt = run.now;
    const outcome = await toTheEnd(run, news);
    const stoppedAt = run.now;
    const history = (): readonly AwsHistoryEvent[] => mergeHistory(home.log);
    return {
      outcome,
      startedAt,
      stoppedAt,
      billing: billingOf(stoppedAt - begunAt, run.characters),
      history,
      segments: home.log,
    };
  } finally {
    request.signal?.removeEventListener("abort", stop);
    over.abort(new Error("the execution has ended"));
  }
}

function homeOf(engine: Engine, { definition, execution, ...quotas }: ExpressRequest, startTime: Instant): Home {
  const timeoutSeconds = Math.min(definition.timeoutSeconds ?? longestSeconds, longestSeconds);
  const payloadLimitBytes = payloadLimit(engine, quotas);
  return {
    definition: { ...definition, timeoutSeconds },
    execution: { ...execution, startTime, redriveCount: 0, payloadLimitBytes },
    log: [],
  };
}

/** Takes what is due, one after the other, and waits where nothing is. Its own end is always on the agenda. */
async function toTheEnd(run: Run, news: News): Promise<Outcome> {
  await run.start(run, run.root);
  for (;;) {
    const { doing } = run.root.position;
    if (doing.kind === "ended") return doing.outcome;
    const next = run.agenda.peek();
    if (next !== undefined && next.at <= run.now) {
      run.agenda.pop();
      if (next.stillDue()) await next.act();
    } else {
      await news.next(next?.at ?? run.now);
    }
  }
}

interface News {
  /** Something has been appointed. */
  ring(): void;
  /** Resolves at the next ring, or at that moment. */
  next(until: Instant): Promise<void>;
}

function newsFrom({ world: { clock } }: Engine): News {
  let wake: (() => void) | undefined;
  return {
    ring: () => wake?.(),
    next: (until) =>
      new Promise<void>((resolve) => {
        const cancel = clock.at(until, () => wake?.());
        wake = () => {
          cancel();
          wake = undefined;
          resolve();
        };
      }),
  };
}

function prepare(
  engine: Engine,
  home: Home,
  { keepsHistory, traceHeader }: ExpressRequest,
  ring: () => void,
  over: AbortSignal,
): Run {
  const { clock, chance } = engine.world;
  const seed = chance.hex(16);
  let latest = 0;
  const run: Run = {
    // A clock that is set back does not turn the order of events.
    get now() {
      latest = Math.max(latest, clock.now());
      return latest;
    },
    momentOf: (branch, seq) => momentOf(run.now, seed, branch, seq),
    decide: (branch, signal, moment) => decide(engine, run, branch, signal, moment),
    call: async (branch, working) => {
      void answerOf(engine, branch, working, traceHeader, over).then((signal) => {
        if (isClaimed(branch, working.claim)) measureAttempt(engine, working, signal, run.now);
        appointSignal(run, run.now, branch, signal, () => isClaimed(branch, working.claim));
        ring();
      });
    },
    keepsHistory,
    agenda: newAgenda(),
    root: rootOf(home, "", undefined, 0),
    start,
    advance,
    transitions: 0,
    characters: 0,
    appointments: 0,
  };
  return run;
}

function momentOf(now: Instant, seed: string, { path, home }: Branch, seq: number): Moment {
  return {
    now,
    branch: path,
    seq,
    execution: home.execution,
    chance: (label) => draw(`${seed}|${path}|${seq}|${label}`),
    taskToken: () => {
      throw new Error("an Express execution has no task tokens");
    },
  };
}

/** The pure step, with a net: what makes it throw ends the branch, not the invocation. */
async function decide(engine: Engine, run: Run, branch: Branch, signal: Signal, moment: Moment): Promise<Transition> {
  const { definition } = branch.home;
  if (run.transitions % inOneGo === inOneGo - 1) await breath(engine);
  const limit = Math.min(engine.options.transitionLimit, mostTransitions);
  if (run.transitions >= limit && signal.kind === "arrived") {
    const cause = `The execution has made ${limit} transitions, the most of an Express execution: does the machine loop for ever?`;
    return step(definition, branch.position, { kind: "poisoned", cause }, moment);
  }
  try {
    return await step(definition, branch.position, signal, moment);
  } catch (error) {
    const cause = `Baton could not take this step: ${error instanceof Error ? error.message : String(error)}`;
    return step(definition, branch.position, { kind: "poisoned", cause }, moment);
  }
}

function breath({ world: { clock } }: Engine): Promise<void> {
  return new Promise((resolve) => {
    clock.at(clock.now(), resolve);
  });
}

function answerOf(
  engine: Engine,
  branch: Branch,
  working: Working,
  traceHeader: string | undefined,
  over: AbortSignal,
): Promise<Signal> {
  const { execution } = branch.home;
  const { call, since } = working;
  const { timeoutSeconds } = call;
  const claim = { branch: branch.path, seq: working.claim };
  return makeCall(engine, {
    tenant: execution,
    call,
    machineRoleArn: execution.roleArn,
    stateMachineArn: execution.stateMachine.id,
    // The service's idempotency tokens are of this form: the same try of the same run is the same call.
    key: `${execution.id}${branch.path}/${working.claim}/${call.attempt}`,
    traceHeader: traceOfCall(engine, () => tracedExpress(execution, traceHeader), claim, traceHeader),
    limits:
      timeoutSeconds === undefined
        ? []
        : [{ at: since + timeoutSeconds * 1_000, signal: { kind: "timed-out", by: "timeout" } }],
    given: over,
    unknown: unknownFate,
  });
}

export function tracedExpress(
  { id: arn, stateMachine, startTime: startedAt }: Pick<ExecutionContext, "id" | "stateMachine" | "startTime">,
  traceHeader: string | undefined,
): Traced {
  return { arn, stateMachineArn: stateMachine.id, startedAt, traceHeader, epoch: 0 };
}

const durationStep = 100;
const megabyte = 2 ** 20;
/** What the service counts for an execution without data, and the steps it counts in. */
const memoryBase = 50;
const memoryStep = 64;

/** Nothing is billed here: it is what the service would count, as far as its documentation tells. */
function billingOf(milliseconds: number, characters: number): Billing {
  const steps = Math.max(1, Math.ceil(milliseconds / durationStep));
  const memory = Math.ceil((memoryBase + characters / megabyte) / memoryStep);
  return { billedDurationInMilliseconds: steps * durationStep, billedMemoryUsedInMB: memory * memoryStep };
}
