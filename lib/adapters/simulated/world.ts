/**
 * A world in memory on one thread, with a virtual clock and every fault drawn from one seed. The same seed
 * gives the same faults, the same order of everything and the same trace, whatever machine it runs on.
 */
import type { ExecutionId, ExecutionSummary, Inbox, SegmentRecord, Tasks, World } from "../../engine/ports.ts";
import type { LogLine } from "../../engine/watch-port.ts";
import { type Caller, type CallSeen, type Counts, calls, skewOf } from "./calls.ts";
import { contents, type Forgets } from "./contents.ts";
import { drawFaults, type Faults, noFaults, strikesOf } from "./faults.ts";
import { prng } from "./prng.ts";
import { promisesSettled, turnOfTheLoop, virtualTime } from "./time.ts";
import { HORIZON, inboxOf, type Setting, workerWorld } from "./worker.ts";

type Instant = number;

export interface SimulatedOptions {
  readonly seed: string | number;
  /** "drawn": as the seed has it. Default: none. */
  readonly faults?: Partial<Faults> | "drawn";
  readonly start?: Instant;
  readonly tasks?: Tasks;
  /** How many branches are read together: as many as the engine has in a group. */
  readonly groupWidth?: number;
  /** `remote` (default) works like the AWS adapter; `local` commits in one transaction and may lose its tail in a power cut. */
  readonly kind?: "remote" | "local";
  /** Rows are forgotten when their term is over, `remote` only. Default: nothing is. */
  readonly forgets?: Forgets;
  /** The users' files, by bucket and key. */
  readonly files?: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>>;
  /** Nothing in this world waits for a stream, a thread or a real timer: it moves on without turns of the event loop. */
  readonly promisesOnly?: boolean;
}

/** The world as one process sees it. After its crash every call throws `Crash`. */
export interface SimulatedWorker extends World {
  readonly inbox: Inbox;
  /** Whoever handles the dead letters receives them here; the lane does not matter. */
  readonly deadLetters: Inbox;
  readonly dead: boolean;
  kill(): void;
}

/** Itself a worker, which survives its own crashes: for tests that need one process only. */
export interface SimulatedWorld extends Omit<SimulatedWorker, "dead" | "kill"> {
  readonly faults: Faults;
  /** No more faults from here on; planned crashes stay. */
  calm(): void;
  /** A new process, with a clock of its own. One that lives so many milliseconds knows when it ends, and what it receives says so. */
  worker(lives?: number): SimulatedWorker;
  /** When those that know it end, by their own clocks: by the number that their calls have. */
  readonly ends: ReadonlyMap<number, Instant>;
  /** Every process dies; of what was not durable (`local` only) a tail of any length is lost. */
  powerCut(): void;

  now(): Instant;
  /** The earliest moment at which there is something to do: a message or dead letter, a sweep, an answer, an alarm. */
  nextDue(): Instant | undefined;
  /** The earliest moment at which a call is answered or an alarm rings: for those who wait for a call only. */
  nextEvent(): Instant | undefined;
  advanceTo(moment: Instant): Promise<void>;
  /** Lets everything run that can run now. */
  settle(): Promise<void>;
  /** Shards with timers that a sweep would send now. */
  shardsDue(): readonly number[];

  /** Call number n (see `calls`) is the death of whoever makes it. */
  crashAt(number: number, when: "before" | "after"): void;
  /** Every call so far, in order. */
  readonly calls: readonly CallSeen[];
  traceHash(): string;
  counts(): Counts;
  resetCounts(): void;

  /** Puts dead letters back as if never received; answers how many. */
  redrive(): number;
  /** Right after call number n the queues and the dead letters are emptied. */
  purgeAt(number: number): void;
  /** Planned deaths and purges that have not happened do not happen. */
  forgetPlans(): void;
  /** Rows that were forgotten are there again. */
  remember(): void;
  /** Messages that are not done, by where they are. */
  waiting(box: "flow" | "tasks" | "dead"): number;
  /** Whether some of them could be received now. */
  receivable(box: "flow" | "tasks" | "dead"): boolean;
  segments(): readonly SegmentRecord[];
  /** The lines of all executions' logs, in the order in which they were told. */
  logged(): readonly LogLine[];
  summaries(): readonly ExecutionSummary[];
  summary(id: ExecutionId): ExecutionSummary | undefined;
  /** The users' files as text, by `bucket/key`. */
  files(): ReadonlyMap<string, string>;
}

/** Noon, so that a day's end is far. */
const usualStart = Date.UTC(2026, 0, 15, 12);

const noTasks: Tasks = {
  call: async ({ resource }) => ({ kind: "failed", error: "States.TaskFailed", cause: `no task '${resource}' here` }),
};

export function simulatedWorld(options: SimulatedOptions): SimulatedWorld {
  const chance = prng(options.seed);
  const rest = options.promisesOnly ? promisesSettled : turnOfTheLoop;
  const time = virtualTime(options.start ?? usualStart, rest);
  const kind = options.kind ?? "remote";
  let faults: Faults =
    options.faults === "drawn" ? drawFaults(prng(`faults ${options.seed}`)) : { ...noFaults, ...options.faults };
  const current = () => faults;
  const strikes = strikesOf(chance, current);
  const nature = { losesTail: kind === "local", forgets: kind === "remote" ? options.forgets : undefined };
  const inside = contents(nature, options.groupWidth ?? 256, chance, current, strikes, time.now);
  for (const [bucket, keys] of Object.entries(options.files ?? {})) {
    for (const [key, file] of Object.entries(keys)) inside.files.set(`${bucket}/${key}`, Buffer.from(file));
  }
  const made = calls(time, chance, current, strikes);
  const setting: Setting = {
    kind,
    contents: inside,
    calls: made,
    time,
    chance,
    faults: current,
    strikes,
    tasks: options.tasks ?? noTasks,
  };
  const living = new Set<Caller>();
  const ends = new Map<number, Instant>();
  let workers = 0;

  function open(caller: Caller): Omit<SimulatedWorker, "dead" | "kill"> {
    return {
      ...workerWorld(setting, caller, kind === "local" ? time.now() : 0),
      inbox: inboxOf(setting, caller),
      deadLetters: inboxOf(setting, caller, "dead"),
    };
  }

  function worker(lives?: number): SimulatedWorker {
    workers += 1;
    const until = lives === undefined ? {} : { until: time.now() + lives };
    const caller: Caller = { number: workers, dead: false, skew: skewOf(faults, chance), ...until };
    living.add(caller);
    if (caller.until !== undefined) {
      ends.set(caller.number, caller.until + caller.skew);
      time.at(caller.until, () => {
        caller.dead = true;
      });
    }
    return {
      ...open(caller),
      get dead() {
        return caller.dead;
      },
      kill() {
        caller.dead = true;
      },
    };
  }

  return {
    ...open(immortal()),
    get faults() {
      return faults;
    },
    calm() {
      faults = noFaults;
    },
    worker,
    ends,
    powerCut() {
      for (const caller of living) caller.dead = true;
      living.clear();
      inside.journal.lose(chance.below(inside.journal.unwritten + 1));
      inside.journal.durable();
      if (kind === "local") inside.mailbox.reopen();
    },

    now: time.now,
    nextDue() {
      let due = Math.min(time.next() ?? Infinity, inside.mailbox.next() ?? Infinity);
      for (const [, { notBefore }] of inside.timers.entries()) due = Math.min(due, notBefore - HORIZON + 1);
      return due === Infinity ? undefined : Math.max(time.now(), due);
    },
    nextEvent: time.next,
    advanceTo: time.advanceTo,
    settle: rest,
    shardsDue() {
      if (inside.timers.size === 0) return [];
      const due = [...inside.timers.entries()].filter(([, { notBefore }]) => notBefore - HORIZON < time.now());
      return [...new Set(due.map(([key]) => Number.parseInt(key, 10)))].sort();
    },

    crashAt: made.crashAt,
    calls: made.seen,
    traceHash: made.traceHash,
    counts: made.counts,
    resetCounts: made.resetCounts,

    redrive: inside.mailbox.redrive,
    purgeAt(number) {
      made.after(number, inside.mailbox.purge);
    },
    forgetPlans: made.forgetPlans,
    remember: inside.terms.remember,
    waiting: inside.mailbox.count,
    receivable: inside.mailbox.isVisible,
    segments: inside.segments.all,
    logged: () => inside.logs,
    summaries: inside.registry.executions,
    summary: inside.registry.execution,
    files: () => new Map([...inside.files.entries()].map(([name, bytes]) => [name, Buffer.from(bytes).toString()])),
  };
}

/** The death of this one is noted by whoever made the call, and the next call is a new process's. */
function immortal(): Caller {
  return {
    number: 0,
    skew: 0,
    get dead() {
      return false;
    },
    set dead(_) {},
  };
}
