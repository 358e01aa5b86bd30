/**
 * Runs one state on the one step function: whatever the state waits for (a task, its branches, the time) is
 * answered at once, from the mock or by making the call, until the state is left, failed, or would be retried.
 */
import type { State } from "../definition.ts";
import { isArray, writeJson } from "../json.ts";
import { statesArn } from "../partition.ts";
import type { Forked, Instant, Position, TaskCall } from "../position.ts";
import { step } from "../step.ts";
import type { Moment, Signal, Transition } from "../transition.ts";
import { contextSeen } from "./context.ts";
import { type Exchange, type Seen, watchInto } from "./inspection.ts";
import { answerMap, branchFailed, type Fork } from "./map.ts";
import { type Mock, statesWithin, type Test } from "./request.ts";

/** Where a test takes place. */
export interface TestWorld {
  readonly now: Instant;
  readonly account: string;
  readonly region: string;
  readonly payloadLimitBytes: number;
  /** Names for the machine and the execution that do not exist. */
  readonly machineName: string;
  readonly executionName: string;
  /** In [0, 1). */
  readonly chance: (label: string) => number;
  /** Makes the call of a Task that has no mock. */
  readonly call: (call: TaskCall) => Promise<Called>;
}

export interface Called {
  readonly signal: Extract<Signal, { kind: "succeeded" | "failed" | "timed-out" }>;
  readonly exchange?: Exchange;
}

export async function runTest(test: Test, world: TestWorld, seen: Seen): Promise<Transition> {
  let now = world.now;
  let signal: Signal = { kind: "arrived" };
  let position = beginning(test, world);
  for (let seq = 1; ; seq += 1) {
    const moment = momentOf(test, world, seen, now, seq);
    const transition = await step(test.definition, position, signal, moment);
    const { doing } = transition.next;
    position = transition.next;
    if (doing.kind === "sleeping") {
      now = doing.until;
      signal = { kind: "arrived" };
    } else if (doing.kind === "working") signal = await answerTask(test, world, doing.call, seen);
    else if (doing.kind === "forked") signal = await answerFork(test, { position, fork: doing, moment }, seen);
    else if (doing.kind === "closing") signal = { kind: "closed", events: 0 };
    else return transition;
  }
}

/** In the state already, as often retried as the test says. */
function beginning(
  { state, input, variables, context, configuration, definition }: Test,
  { now }: TestWorld,
): Position {
  const retryCount = configuration.retrierRetryCount ?? 0;
  const retries = "retry" in state ? { retries: state.retry.map(() => retryCount) } : {};
  // Where no context is given, a state of a Map has its input as the first item.
  const inMap = context === undefined && isInMap(state, definition);
  return {
    state: state.name,
    input,
    ...(variables === undefined ? {} : { variables }),
    ...(inMap ? { item: { index: 0, value: input } } : {}),
    entered: { at: now, event: 2, retryCount, ...retries },
    events: 2,
    previous: 2,
    doing: { kind: "retrying", notBefore: now },
  };
}

function isInMap(state: State, definition: Test["definition"]): boolean {
  return [...definition.states.values()].some(
    (outer) => outer.type === "Map" && statesWithin(outer, definition).includes(state.name),
  );
}

function momentOf(test: Test, world: TestWorld, seen: Seen, now: Instant, seq: number): Moment {
  const { region, account, machineName, executionName, payloadLimitBytes } = world;
  const arn = (resource: string) => statesArn(world, resource);
  const moment: Moment = {
    now,
    branch: "",
    seq,
    chance: (label) => world.chance(`${seq} ${label}`),
    taskToken: () => executionName,
    execution: {
      id: arn(`express:${machineName}:${executionName}`),
      name: executionName,
      roleArn: test.roleArn ?? "",
      startTime: world.now,
      redriveCount: 0,
      stateMachine: { id: arn(`stateMachine:${machineName}`), name: machineName },
      input: test.input,
      region,
      account,
      payloadLimitBytes,
    },
  };
  const watch = watchInto(seen, (position, claiming) => contextSeen(test, test.state, position, moment, claiming));
  return { ...moment, watch };
}

async function answerTask({ mock }: Test, world: TestWorld, call: TaskCall, seen: Seen): Promise<Signal> {
  if (mock !== undefined) return answerOf(mock);
  const { signal, exchange } = await world.call(call);
  if (exchange !== undefined) seen.exchange = exchange;
  return signal;
}

function answerOf(mock: Mock): Signal {
  return mock.kind === "result" ? { kind: "succeeded", output: mock.text } : { kind: "failed", failure: mock.failure };
}

async function answerFork(test: Test, at: Fork, seen: Seen): Promise<Signal> {
  const { state, mock } = test;
  if (mock === undefined) throw new Error(`'${state.name}' forked in a test without a mock`);
  if (state.type === "Map") return answerMap(test, state, at, mock, seen);
  return mock.kind === "error" ? branchFailed(mock.failure) : joinedBranches(at.fork, mock);
}

function joinedBranches(fork: Forked, { value }: Extract<Mock, { kind: "result" }>): Signal {
  if (!isArray(value)) throw new Error(`a mock of ${fork.width} branches must be an array`);
  return { kind: "joined", outputs: value.map(writeJson), events: 0 };
}
