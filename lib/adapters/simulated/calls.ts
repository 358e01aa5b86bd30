/**
 * Every call to a port goes through here: it is counted and traced, takes its time, and fails as the seed
 * has it, before or after it takes effect.
 */
import { Crash, type Faults, Outage, type Strikes } from "./faults.ts";
import { fnv, type Prng } from "./prng.ts";
import type { VirtualTime } from "./time.ts";

type Instant = number;

/** What each call is for the bill. `told`: never refused, as nothing waits for it. `free`: neither a request to the store nor to the queue. */
const kinds = {
  "log.append": "write",
  "log.commit": "write",
  "log.head": "read",
  "log.read": "read",
  "log.branch": "read",
  "log.durable": "free",
  "log.renew": "write",
  "queue.send": "send",
  "timers.set": "write",
  "timers.sweep": "read",
  "timers.remove": "write",
  "blobs.put": "blob",
  "blobs.get": "blob",
  "machines.create": "write",
  "machines.replace": "write",
  "machines.remove": "write",
  "machines.find": "read",
  "machines.list": "read",
  "executions.start": "write",
  "executions.finish": "write",
  "executions.redrive": "write",
  "executions.renew": "write",
  "executions.stop": "write",
  "executions.find": "read",
  "executions.list": "read",
  "joins.stage": "write",
  "joins.staged": "read",
  "joins.report": "write",
  "joins.close": "write",
  "joins.reports": "read",
  "joins.renew": "write",
  "mapRuns.enter": "write",
  "mapRuns.put": "write",
  "mapRuns.list": "read",
  "objects.read": "blob",
  "objects.list": "blob",
  "objects.write": "blob",
  "objects.parts.begin": "blob",
  "objects.parts.put": "blob",
  "objects.parts.complete": "blob",
  "heartbeats.beat": "write",
  "heartbeats.last": "read",
  "activities.create": "write",
  "activities.replace": "write",
  "activities.remove": "write",
  "activities.find": "read",
  "activities.list": "read",
  "activities.offer": "write",
  "activities.offers": "read",
  "activities.withdraw": "write",
  "tasks.call": "task",
  "jobs.poll": "task",
  "jobs.stop": "task",
  "logs.write": "told",
  "inbox.receive": "free",
  "inbox.done": "free",
  "inbox.later": "free",
} as const;

export type CallName = keyof typeof kinds;
type Kind = (typeof kinds)[CallName];

/** What a call was about: the key, and a hash of the body where there is one, which few ever ask for. */
export type Subject = string | (() => string);

export function subjectOf({ subject }: Pick<CallSeen, "subject">): string {
  return typeof subject === "string" ? subject : subject();
}

export interface CallSeen {
  /** 0, 1, 2 … over all workers. */
  readonly number: number;
  readonly worker: number;
  readonly name: CallName;
  readonly subject: Subject;
  readonly at: Instant;
  outcome: "running" | "done" | "refused" | "answer lost" | "crashed before" | "crashed after" | "failed";
}

export interface Counts {
  readonly writes: number;
  /** Writes that found their place taken. */
  readonly taken: number;
  readonly reads: number;
  /** Requests to the queue … */
  readonly sends: number;
  /** … and messages in them. */
  readonly messages: number;
  readonly joins: number;
  readonly blobs: number;
  readonly tasks: number;
  readonly byName: Readonly<Partial<Record<CallName, number>>>;
}

/** A process that makes calls. */
export interface Caller {
  readonly number: number;
  dead: boolean;
  skew: number;
  /** When it ends, where it knows that. */
  readonly until?: Instant;
}

export interface Calls {
  make<T>(caller: Caller, name: CallName, subject: Subject, act: () => T | Promise<T>): Promise<T>;
  countMessages(number: number): void;
  countTaken(): void;
  /** Call `number` is the death of its worker. */
  crashAt(number: number, when: "before" | "after"): void;
  /** Right after call `number` took effect, before its caller knows. */
  after(number: number, act: () => void): void;
  /** Of what was planned nothing happens any more. */
  forgetPlans(): void;
  readonly seen: readonly CallSeen[];
  counts(): Counts;
  resetCounts(): void;
  traceHash(): string;
}

export function calls(time: VirtualTime, chance: Prng, faults: () => Faults, strikes: Strikes): Calls {
  const seen: CallSeen[] = [];
  const planned = new Map<number, "before" | "after">();
  const following = new Map<number, () => void>();
  let refusedUntil = Number.NEGATIVE_INFINITY;
  let tally = new Tally();

  function die(caller: Caller, call: CallSeen, when: "before" | "after"): never {
    caller.dead = true;
    call.outcome = `crashed ${when}`;
    throw new Crash(`worker ${caller.number} died ${when} call ${call.number}, ${call.name} ${subjectOf(call)}`);
  }

  function refuse(call: CallSeen, outcome: "refused" | "answer lost"): never {
    call.outcome = outcome;
    throw new Outage(`call ${call.number}, ${call.name} ${subjectOf(call)}: ${outcome}`);
  }

  function isRefused(name: CallName): boolean {
    if (kinds[name] === "task" || kinds[name] === "told") return false;
    const { burst } = faults();
    if (strikes("burst")) refusedUntil = time.now() + chance.below(burst.longest);
    return (burst.rate > 0 && time.now() < refusedUntil) || strikes("refused");
  }

  async function pass(caller: Caller): Promise<void> {
    const { rate, longest } = faults().latency;
    if (chance.chance(rate / 2)) await time.sleep(chance.below(longest));
    if (caller.dead) throw new Crash(`worker ${caller.number} died meanwhile`);
  }

  async function act<T>(call: CallSeen, effect: () => T | Promise<T>): Promise<T> {
    try {
      return await effect();
    } catch (error) {
      call.outcome = "failed";
      throw error;
    }
  }

  return {
    async make(caller, name, subject, effect) {
      if (caller.dead) throw new Crash(`worker ${caller.number} is dead`);
      if (strikes("clockJump")) caller.skew = skewOf(faults(), chance);
      const number = seen.length;
      const call: CallSeen = { number, worker: caller.number, name, subject, at: time.now(), outcome: "running" };
      seen.push(call);
      tally.add(name);
      const plan = planned.get(number);
      if (plan === "before" || strikes("crashBefore")) die(caller, call, "before");
      if (isRefused(name)) refuse(call, "refused");
      await pass(caller);
      const answer = await act(call, effect);
      following.get(number)?.();
      await pass(caller);
      if (plan === "after" || strikes("crashAfter")) die(caller, call, "after");
      if (kinds[name] !== "told" && strikes("answerLost")) refuse(call, "answer lost");
      call.outcome = "done";
      return answer;
    },

    countMessages(number) {
      tally.messages += number;
    },
    countTaken() {
      tally.taken += 1;
    },
    crashAt(number, when) {
      planned.set(number, when);
    },
    after(number, act) {
      following.set(number, act);
    },
    forgetPlans() {
      planned.clear();
      following.clear();
    },
    seen,
    counts: () => tally.read(),
    resetCounts() {
      tally = new Tally();
    },
    traceHash: () => hashOf(seen),
  };
}

export function skewOf({ clockSkew }: Faults, chance: Prng): number {
  return clockSkew === 0 ? 0 : chance.below(2 * clockSkew) - clockSkew;
}

class Tally {
  messages = 0;
  taken = 0;
  private readonly byName = new Map<CallName, number>();

  add(name: CallName): void {
    this.byName.set(name, (this.byName.get(name) ?? 0) + 1);
  }

  read(): Counts {
    const sum = (fits: (name: CallName, kind: Kind) => boolean) =>
      [...this.byName].reduce((total, [name, count]) => total + (fits(name, kinds[name]) ? count : 0), 0);
    return {
      writes: sum((_, kind) => kind === "write"),
      taken: this.taken,
      reads: sum((_, kind) => kind === "read"),
      sends: sum((_, kind) => kind === "send"),
      messages: this.messages,
      joins: sum((name) => name.startsWith("joins.")),
      blobs: sum((_, kind) => kind === "blob"),
      tasks: sum((_, kind) => kind === "task"),
      byName: Object.fromEntries(this.byName),
    };
  }
}

function hashOf(seen: readonly CallSeen[]): string {
  let [high, low] = [0x811c9dc5, 0x9e3779b9];
  for (const call of seen) {
    const { worker, name, at, outcome } = call;
    const line = `${worker} ${name} ${subjectOf(call)} ${at} ${outcome}\n`;
    high = fnv(line, high);
    low = fnv(line, low);
  }
  return high.toString(16).padStart(8, "0") + low.toString(16).padStart(8, "0");
}
