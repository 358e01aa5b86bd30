/**
 * Two builds of Baton at work on one store and one queue, as during a deployment: what the newer one writes has a
 * form that the older one cannot read, and the newer one reads both. Here the newer form is the same text in a
 * wrapping, put on and taken off at the ports, so that the two builds differ in nothing else.
 */
import type { SimulatedWorker } from "../../lib/adapters/simulated/world.ts";
import type { Appended, Delivery, Inbox, Log, SegmentRecord } from "../../lib/engine/ports.ts";

const opening = '{"v":2,"newer":';

/** Of what says its version; other texts have the same form in every build. */
function wrapped<T extends { readonly body: string }>(text: T): T {
  return text.body.startsWith('{"v":1,') ? { ...text, body: `${opening}${text.body}}` } : text;
}

function unwrapped<T extends { readonly body: string }>(text: T): T {
  return text.body.startsWith(opening) ? { ...text, body: text.body.slice(opening.length, -1) } : text;
}

/** What a process has of the world. */
export type Seen = Omit<SimulatedWorker, "dead" | "kill">;

const read = new WeakMap<SegmentRecord, SegmentRecord>();

/** As the newer build reads it; the same record each time. */
export function readable(record: SegmentRecord): SegmentRecord {
  if (!record.body.startsWith(opening)) return record;
  const known = read.get(record) ?? unwrapped(record);
  read.set(record, known);
  return known;
}

/** The world as the newer build sees it, or somebody who judges what both have written. */
export function newerBuild(world: Seen): Seen {
  const { log, queue, timers, executions } = world;
  return {
    ...world,
    log: newerLog(log),
    queue: { ...queue, send: (messages) => queue.send(messages.map(wrapped)) },
    timers: { ...timers, set: (message, id) => timers.set(wrapped(message), id) },
    executions: {
      ...executions,
      start: (summary, first) => executions.start(summary, wrapped(first)),
      stop: async (id, ending, segment) => answerOf(await executions.stop(id, ending, wrapped(segment))),
      redrive: async (id, redriving, segment) => answerOf(await executions.redrive(id, redriving, wrapped(segment))),
    },
    inbox: newerInbox(world.inbox),
    deadLetters: newerInbox(world.deadLetters),
  };
}

function newerLog(log: Log): Log {
  return {
    ...log,
    append: async (segment) => answerOf(await log.append(wrapped(segment))),
    commit: async (segment, messages, consumed) =>
      answerOf(await log.commit(wrapped(segment), messages.map(wrapped), consumed)),
    async head(execution, branch) {
      const record = await log.head(execution, branch);
      return record && readable(record);
    },
    async *read(execution, group) {
      for await (const page of log.read(execution, group)) yield page.map(readable);
    },
    branch: async (...where) => (await log.branch(...where)).map(readable),
  };
}

function answerOf(answer: Appended): Appended {
  return answer.kind === "taken" ? { ...answer, winner: readable(answer.winner) } : answer;
}

function newerInbox(inbox: Inbox): Inbox {
  return {
    ...inbox,
    receive: async (lane, max): Promise<readonly Delivery[]> => (await inbox.receive(lane, max)).map(unwrapped),
  };
}
