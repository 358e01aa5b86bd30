/** The world as one worker sees it: the shared contents behind calls that fail, and a clock that may be wrong. */
import { createHmac } from "node:crypto";
import type { Jobs } from "../../engine/job-port.ts";
import type {
  Appended,
  Clock,
  Ending,
  ExecutionId,
  Inbox,
  Message,
  SegmentRecord,
  Tasks,
  World,
} from "../../engine/ports.ts";
import { activitiesOf } from "./activities.ts";
import type { Caller, CallName, Calls, Subject } from "./calls.ts";
import type { Contents } from "./contents.ts";
import { type Faults, Outage, type Strikes } from "./faults.ts";
import { heartbeatsOf, joinsOf } from "./joins.ts";
import type { Box, LetterReceipt } from "./mailbox.ts";
import { mapRunsOf, objectsOf } from "./map-runs.ts";
import { fnv, type Prng } from "./prng.ts";
import { keyText, print } from "./rows.ts";
import { forever } from "./terms.ts";
import type { VirtualTime } from "./time.ts";

type Instant = number;

export interface Setting {
  readonly kind: "remote" | "local";
  readonly contents: Contents;
  readonly calls: Calls;
  readonly time: VirtualTime;
  readonly chance: Prng;
  readonly faults: () => Faults;
  readonly strikes: Strikes;
  readonly tasks: Tasks;
}

/** A queue's longest delay, and how far timers look ahead. */
export const HORIZON = 900_000;
const SHARDS = 4;

type Make = <T>(name: CallName, subject: Subject, act: () => T | Promise<T>) => Promise<T>;

/** What a call changes is one transaction. */
function makerOf({ calls, contents }: Setting, caller: Caller): Make {
  return (name, subject, act) =>
    calls.make(caller, name, subject, () => {
      try {
        return act();
      } finally {
        contents.journal.end();
      }
    });
}

export function workerWorld(setting: Setting, caller: Caller, leasesVoidBefore: Instant): World {
  const make = makerOf(setting, caller);
  const clock = clockOf(setting.time, caller);
  const post = poster(setting, clock);
  return {
    log: logOf(setting, make, post),
    queue: { carriesPayloads: setting.kind === "remote", send: sender(setting, make, post) },
    timers: timersOf(setting, make, post, clock),
    blobs: {
      put: (name, body) =>
        make("blobs.put", name, () => {
          if (setting.contents.blobs.get(name) === undefined) setting.contents.blobs.set(name, body);
        }),
      get: (name) => make("blobs.get", name, () => setting.contents.blobs.get(name)),
    },
    machines: machinesOf(setting, make),
    executions: executionsOf(setting, make),
    joins: joinsOf(setting.contents, make),
    mapRuns: mapRunsOf(setting.contents, make),
    objects: objectsOf(setting.contents, make),
    heartbeats: heartbeatsOf(setting.contents, make),
    activities: activitiesOf(setting.contents, make),
    tasks: {
      call: (call) => make("tasks.call", `${call.resource} ${call.idempotencyKey}`, () => setting.tasks.call(call)),
      ...(setting.tasks.jobs && { jobs: jobsOf(setting.tasks.jobs, make) }),
    },
    logs: {
      write: ({ machine }, lines) => make("logs.write", machine, () => void setting.contents.logs.push(...lines)),
    },
    clock,
    chance: setting.chance,
    keys: { sign: (text) => createHmac("sha256", "simulated").update(text).digest("base64url") },
    leasesVoidBefore,
  };
}

function jobsOf(jobs: Jobs, make: Make): Jobs {
  return {
    poll: (job) => make("jobs.poll", `${job.resource} ${job.job}`, () => jobs.poll(job)),
    stop: (job) => make("jobs.stop", `${job.resource} ${job.job}`, () => jobs.stop(job)),
  };
}

function clockOf(time: VirtualTime, caller: Caller): Clock {
  return {
    now: () => time.now() + caller.skew,
    at: (moment, wake) =>
      time.at(moment - caller.skew, () => {
        if (!caller.dead) wake();
      }),
  };
}

type Post = (messages: readonly Message[]) => void;

/** As an adapter does: a moment becomes a delay by the worker's own clock, and the queue counts delays off by the true one. */
function poster({ kind, contents, time, calls, faults }: Setting, clock: Clock): Post {
  return (messages) => {
    calls.countMessages(messages.length);
    for (const message of messages) {
      const { notBefore = 0, delayMilliseconds = notBefore - clock.now() } = message;
      const delay = Math.max(0, delayMilliseconds);
      // What is farther away belongs to the timers; how far the queue looks ahead is the engine's to respect.
      if (kind === "remote" && delay > HORIZON) throw tooLong(delay, faults());
      contents.mailbox.post(message, time.now() + delay);
    }
  };
}

/** Nobody's fault if the clock has jumped back since he looked at it: then the queue refuses. */
function tooLong(delay: number, { clockJump }: Faults): Error {
  const what = `a delay of ${delay} ms, at most ${HORIZON}`;
  return clockJump > 0 ? new Outage(what) : new Error(what);
}

function sender(
  { calls, chance, strikes }: Setting,
  make: Make,
  post: Post,
): (messages: readonly Message[]) => Promise<void> {
  return async (messages) => {
    if (messages.length === 0) return;
    await make(
      "queue.send",
      () => messages.map(({ lane, body }) => `${lane} ${print(body)}`).join(" "),
      () => {
        const partly = messages.length > 1 && strikes("partialBatch");
        post(partly ? messages.slice(0, chance.below(messages.length)) : messages);
        if (partly) throw new Outage(`call ${calls.seen.length - 1}, queue.send: a part of the batch was refused`);
      },
    );
  };
}

function logOf(setting: Setting, make: Make, post: Post): World["log"] {
  const { contents, calls, kind } = setting;
  const { segments, terms } = contents;
  const kept = (found: readonly SegmentRecord[]): readonly SegmentRecord[] =>
    terms === forever ? found : found.filter((segment) => terms.isThere(keyText(segment)));
  const send = sender(setting, make, post);

  function put(segment: SegmentRecord): Appended {
    const answer = segments.append(segment);
    if (answer.kind === "taken") calls.countTaken();
    else terms.note(keyText(segment), segment.expires);
    return answer;
  }
  const append = (segment: SegmentRecord) =>
    make(
      "log.append",
      () => `${keyText(segment)} ${print(segment.body)}`,
      () => put(segment),
    );

  return {
    append,

    async commit(segment, messages, consumed) {
      if (kind === "local") {
        return make(
          "log.commit",
          () => `${keyText(segment)} ${print(segment.body)}`,
          () => {
            const answer = put(segment);
            if (answer.kind === "taken") return answer;
            if (consumed !== undefined) contents.mailbox.done(ours(consumed));
            post(messages);
            return answer;
          },
        );
      }
      const answer = await append(segment);
      if (answer.kind === "appended") await send(messages);
      return answer;
    },

    head: (execution, branch) =>
      make("log.head", `${execution}${branch}`, () =>
        terms === forever ? segments.head(execution, branch) : kept(segments.branch(execution, branch)).at(-1),
      ),

    async *read(execution, group) {
      const found = await make("log.read", execution, () => kept(segments.group(execution, group)));
      for (let from = 0; from < found.length; from += 100) yield found.slice(from, from + 100);
    },

    branch: (execution, branch, from = 0, limit = Number.POSITIVE_INFINITY) =>
      make("log.branch", `${execution}${branch}#${from}`, () =>
        kept(segments.branch(execution, branch).slice(from, from + limit)),
      ),

    renew: (execution, group, until) =>
      make("log.renew", `${execution} ${group?.parent}/${group?.forkSeq}.${group?.group}`, () => {
        let left = terms.mostAtOnce;
        for (const segment of segments.group(execution, group)) {
          if (terms.renew(keyText(segment), until) && --left < 0) throw new Outage("the time to renew rows is over");
        }
      }),
    durable: () => make("log.durable", "", () => contents.journal.durable()),
  };
}

function timersOf({ kind, contents }: Setting, make: Make, post: Post, clock: Clock): World["timers"] {
  if (kind === "local") {
    return {
      queueHorizon: Number.POSITIVE_INFINITY,
      shards: 1,
      set: (message, id) => make("timers.set", id, () => post([message])),
      sweep: async () => 0,
    };
  }
  const { timers } = contents;
  return {
    queueHorizon: HORIZON,
    shards: SHARDS,
    set: (message, id) => make("timers.set", id, () => timers.set(`${fnv(id, 1) % SHARDS} ${id}`, message)),

    async sweep(shard, until) {
      const due = await make("timers.sweep", String(shard), () =>
        [...timers.entries()].filter(([key, { notBefore }]) => key.startsWith(`${shard} `) && notBefore < until),
      );
      for (const [key, message] of due) {
        // The row was set by another clock than the one that sends it.
        const notBefore = Math.min(message.notBefore, clock.now() + HORIZON);
        await make(
          "queue.send",
          () => `${message.lane} ${print(message.body)}`,
          () => post([{ ...message, notBefore }]),
        );
        await make("timers.remove", key, () => timers.remove(key));
      }
      return due.length;
    },
  };
}

function executionsOf({ contents, calls, time, chance, faults }: Setting, make: Make): World["executions"] {
  const { registry, segments, terms } = contents;
  const row = (id: ExecutionId): string => `execution ${id}`;
  const finish = (id: ExecutionId, ending: Ending): void => {
    if (registry.finish(id, ending)) terms.note(row(id), ending.expires);
  };
  return {
    start: (summary, first) =>
      make(
        "executions.start",
        () => `${summary.id} ${print(first.body)}`,
        () => {
          const there = registry.execution(summary.id);
          if (there !== undefined) return { kind: "exists", summary: there };
          segments.append(first);
          registry.write(summary);
          terms.note(keyText(first), first.expires);
          terms.note(row(summary.id), summary.expires);
          return { kind: "started" };
        },
      ),
    finish: (id, ending) => make("executions.finish", id, () => finish(id, ending)),
    stop: (id, ending, segment) =>
      make(
        "executions.stop",
        () => `${keyText(segment)} ${print(segment.body)}`,
        () => {
          const answer = segments.append(segment);
          if (answer.kind === "taken") calls.countTaken();
          else {
            terms.note(keyText(segment), segment.expires);
            finish(id, ending);
          }
          return answer;
        },
      ),
    renew: (id, until) =>
      make("executions.renew", id, () => {
        const there = registry.execution(id);
        if (terms.renew(row(id), until) && there) registry.write({ ...there, expires: until });
      }),
    redrive: (id, redriving, segment) =>
      make(
        "executions.redrive",
        () => `${keyText(segment)} ${print(segment.body)}`,
        () => {
          const winner = segments.branch(id, "")[segment.seq];
          if (winner !== undefined) {
            calls.countTaken();
            return { kind: "taken", winner };
          }
          registry.redrive(id, redriving);
          terms.note(keyText(segment), segment.expires);
          terms.note(row(id), redriving.expires);
          return segments.append(segment);
        },
      ),
    find: (id) => make("executions.find", id, () => (terms.isThere(row(id)) ? registry.execution(id) : undefined)),
    list: (query) =>
      make("executions.list", query.machine, () => registry.listExecutions(query, listedAsOf(time, chance, faults()))),
  };
}

function machinesOf({ contents, time, chance, faults }: Setting, make: Make): World["machines"] {
  const { registry } = contents;
  return {
    create: (machine) => make("machines.create", machine.name, () => registry.createMachine(machine)),
    replace: (machine, expected) =>
      make("machines.replace", machine.name, () => registry.replaceMachine(machine, expected)),
    remove: (machine) => make("machines.remove", machine.name, () => registry.removeMachine(machine)),
    find: (tenant, name) => make("machines.find", name, () => registry.machine(tenant, name)),
    list: (tenant, limit, after) =>
      make("machines.list", tenant.account, () =>
        registry.listMachines(tenant, limit, after, listedAsOf(time, chance, faults())),
      ),
  };
}

function listedAsOf(time: VirtualTime, chance: Prng, { staleLists }: Faults): Instant {
  return time.now() - (staleLists > 0 ? chance.below(staleLists) : 0);
}

export function inboxOf(setting: Setting, caller: Caller, box?: Box): Inbox {
  const { contents, time } = setting;
  const make = makerOf(setting, caller);
  return {
    async receive(lane, max) {
      const received = await make("inbox.receive", box ?? lane, () => contents.mailbox.receive(box ?? lane, max));
      const { until, skew } = caller;
      return until === undefined ? received : received.map((delivery) => ({ ...delivery, until: until + skew }));
    },
    done: (receipts) =>
      make("inbox.done", "", () => {
        for (const receipt of receipts) contents.mailbox.done(ours(receipt));
      }),
    later: (receipt, at) =>
      // A duration for the service, which does not know the worker's clock.
      make("inbox.later", "", () => contents.mailbox.later(ours(receipt), Math.max(time.now(), at - caller.skew))),
  };
}

/** Receipts are opaque to the engine and come back as they were given. */
function ours(receipt: unknown): LetterReceipt {
  return receipt as LetterReceipt;
}
