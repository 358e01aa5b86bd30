/**
 * The messages the engine sends: which lane, which tenant's group, when, and how much they carry. The
 * sender knows the next state's type, so a slow task never stands in a Pass's way.
 */
import type { Definition } from "../asl/definition.ts";
import type { Instant, Position, StateName } from "../asl/position.ts";
import { encodeCommand } from "./codec.ts";
import type { Baton, Command } from "./command.ts";
import type { Engine } from "./engine.ts";
import { executionName, hashOf } from "./identity.ts";
import type { ExecutionId, Lane, Message } from "./ports.ts";
import type { Header, Segment } from "./segment.ts";

/** Fair queues: one account's machine does not raise another's waiting time. */
export function groupOf(execution: ExecutionId): string {
  const { account, machine } = executionName(execution);
  return `${account}/${machine}`;
}

export function messageOf(command: Command, lane: Lane, notBefore?: Instant): Message {
  return {
    lane,
    group: groupOf(command.execution),
    body: encodeCommand(command),
    ...(notBefore === undefined ? {} : { notBefore }),
  };
}

/** Where a message is worked on that is no baton: what may call a service goes where calls are made. */
export function laneOfCommand({ kind }: Exclude<Command, Baton>): Lane {
  switch (kind) {
    case "express":
    case "run-shift":
    case "poll":
    case "stop-job":
    case "heal":
      return "tasks";
    default:
      return "flow";
  }
}

/** The baton that follows a segment whose branch simply goes on; undefined where something else has to happen first. */
export function batonAfter(
  engine: Engine,
  header: Header,
  definition: Definition,
  segment: Segment,
): Message | undefined {
  const due = dueTime(segment.position);
  if (due === undefined) return undefined;
  const baton: Baton = {
    kind: "advance",
    execution: segment.execution,
    branch: segment.branch,
    seq: segment.seq + 1,
    ...cargo(engine, header, segment.position, due, segment.now),
  };
  return messageOf(baton, laneOfState(definition, segment.position.state), due > segment.now ? due : undefined);
}

/** What travels along: nothing where the store is as near as the queue, or the way is longer than a queue keeps messages. */
function cargo(
  engine: Engine,
  header: Header,
  position: Position,
  due: Instant,
  now: Instant,
): Pick<Baton, "header" | "position"> {
  const { queue, timers } = engine.world;
  return queue.carriesPayloads && due - now <= timers.queueHorizon ? { header, position } : {};
}

/** When the branch goes on by itself; undefined if somebody has to do something first. */
export function dueTime(position: Position): Instant | undefined {
  const { doing } = position;
  switch (doing.kind) {
    case "arriving":
      return doing.notBefore ?? 0;
    case "beginning":
      return 0;
    case "sleeping":
      return doing.until;
    case "retrying":
      return doing.notBefore;
    default:
      return undefined;
  }
}

/** Clocks differ: a message this little early is on time. */
const tolerance = 5;

/** Whether a message came before its time, by the clock of this process. */
export function isEarly(engine: Engine, due: Instant): boolean {
  return due > engine.world.clock.now() + tolerance;
}

export function laneOfState(definition: Definition, state: StateName): Lane {
  return definition.states.get(state)?.type === "Task" ? "tasks" : "flow";
}

/** The first state of a branch of the Map or Parallel `name`. */
export function firstStateOf(definition: Definition, name: StateName, index: number): StateName {
  const state = definition.states.get(name);
  if (state?.type === "Map") return state.processor.startAt;
  const branch = state?.type === "Parallel" ? state.branches[index] : undefined;
  if (!branch) throw new Error(`state ${name} has no branch ${index}`);
  return branch.startAt;
}

/** Who began to write this long ago does not write any more. */
export const longestWork = 300_000;

/** The same message, later than the process that sends it can live: by then it has done its work, or never will. */
export function outliving(engine: Engine, message: Message): Message {
  return { ...message, delayMilliseconds: engine.options.guardDelayMilliseconds };
}

/** Due later than the queue itself can deliver. */
export function isFar(engine: Engine, { notBefore = 0, delayMilliseconds }: Message): boolean {
  const { clock, timers } = engine.world;
  return (delayMilliseconds ?? notBefore - clock.now()) > timers.queueHorizon;
}

/** Sends messages; what is due beyond the queue's horizon goes to the timers, where writing it twice is harmless. */
export async function dispatch(engine: Engine, messages: readonly Message[]): Promise<void> {
  const { queue, timers } = engine.world;
  const near = messages.filter((message) => !isFar(engine, message));
  const far = messages.filter((message) => isFar(engine, message));
  await Promise.all([
    near.length > 0 ? queue.send(near) : undefined,
    ...far.map((message) => timers.set(timed(engine, message), hashOf(message.body))),
  ]);
}

function timed(engine: Engine, { delayMilliseconds = 0, ...message }: Message): Message & { notBefore: Instant } {
  return { ...message, notBefore: message.notBefore ?? engine.world.clock.now() + delayMilliseconds };
}
