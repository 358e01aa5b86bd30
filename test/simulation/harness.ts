/**
 * The production engine in a simulated world: clients of the API, workers of both lanes, the timers' sweep
 * and the dead letters, on one thread, with the faults of one seed. Crashed workers are replaced; after a
 * while the faults stop, and then everything has to end.
 */
import { drawFaults } from "../../lib/adapters/simulated/faults.ts";
import { type SimulatedOptions, type SimulatedWorld, simulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { parseDefinitionText } from "../../lib/asl/parse.ts";
import { BoundedMap } from "../../lib/engine/bounded-map.ts";
import { createEngine, type Engine } from "../../lib/engine/engine.ts";
import { groupWidth } from "../../lib/engine/group-width.ts";
import { healExecution } from "../../lib/engine/heal.ts";
import { saveDefinition } from "../../lib/engine/machines.ts";
import type { Call, CallResult, ExecutionId, MachineRecord, Tasks } from "../../lib/engine/ports.ts";
import { type Started, startExecution } from "../../lib/engine/start.ts";
import { stopExecution } from "../../lib/engine/stop.ts";
import { newerBuild, readable } from "./builds.ts";
import { TokenHolders } from "./clients.ts";
import { Crew, type Process } from "./crew.ts";
import { drawLife, type Life, prng, type Span } from "./life.ts";
import { Outside } from "./outside.ts";
import { Readers } from "./readers.ts";
import { type Redrive, Redrivers } from "./redrivers.ts";
import { Updaters } from "./updaters.ts";

export interface Scenario {
  readonly definition: object;
  readonly input: unknown;
  /** What a task answers; the same for the same arguments. */
  readonly task?: (call: Call) => CallResult;
  /** By default for hours. For months: in a store that forgets. */
  readonly open?: Span;
  /** One message's work takes many dozens of calls, as where sixty groups are closed. */
  readonly longWork?: true;
  /** StopExecution after that much virtual time. */
  readonly stopAfter?: number;
  /** Its calls take up to that long, in milliseconds; by default as long as the seed has it. */
  readonly longestTask?: number;
  /** The jobs of its `.sync` tasks take up to that long, in milliseconds. */
  readonly longestJob?: number;
  /** Its children run in memory, and begin anew after a crash: the same call is made again. */
  readonly atLeastOnce?: true;
  /** The users' files, by bucket and key. */
  readonly files?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Workers of this activity poll for its tasks. */
  readonly activity?: string;
  /** What it comes to if it is redriven often enough, as output text. */
  readonly redriven?: string;
  /** What it comes to does not depend on when things happen; or only on whether an attempt was judged lost, or an EXPRESS child given up. */
  readonly confluent?: "always" | "without losses";
  /** What its own failures are called. That of a Map Run may come before them or after them, and counts as one of them. */
  readonly alike?: { readonly error: string; readonly cause: string };
}

export interface Run {
  readonly scenario: Scenario;
  readonly world: SimulatedWorld;
  /** An engine without faults, to look at what came out. */
  readonly engine: Engine;
  readonly id: ExecutionId;
  readonly life: Life;
  /** As they were drawn: when all is over there are none. */
  readonly faults: SimulatedWorld["faults"];
  /** Somebody had it in the plan who dies where. */
  readonly planned: boolean;
  /** What the API told its clients about StartExecution; undefined: they gave up without an answer. */
  readonly started: Started["kind"] | undefined;
  readonly outside: Outside;
  readonly holders: TokenHolders;
  readonly redrives: readonly Redrive[];
  /** When the faults stopped. */
  readonly calmAt: number;
  /** What threw that was neither a crash nor an outage. */
  readonly surprises: readonly unknown[];
}

export const tenant = { account: "123456789012", region: "eu-central-1" };
/** Each crash and each call makes an engine, which reads the definition that all of them read. */
const parsedBefore = new BoundedMap<string, ReturnType<typeof parseDefinitionText>>(128);

export const engineOptions = {
  guardDelayMilliseconds: 60_000,
  leaseMilliseconds: 960_000,
  parse: (text: string) => parsedBefore.get(text) ?? parsedBefore.put(text, parseDefinitionText(text)),
};

/** Hours after that: what was planned for a call of that number may come late, but behind the last of them nobody would heal it. */
const healedAfter = [0.02, 3, 100];

/** More calls than this are no recovery but a storm of messages that feeds itself. */
const mostCalls = 60_000;

/** Without faults, for what a scenario comes to; with those of the seed, and the world of a remote or a local store. */
export function drawn(seed: number): SimulatedOptions {
  const kind = prng(`world ${seed}`).chance(0.25) ? "local" : "remote";
  const faults = drawFaults(prng(`faults ${seed}`));
  const { latency } = faults;
  // What is on the same machine answers within a second.
  const near = { ...latency, longest: Math.min(latency.longest, 1_000) };
  return { seed, kind, faults: kind === "local" ? { ...faults, latency: near } : faults };
}

/**
 * For what takes dozens of calls in one go, such as another term: where one of twenty is a death, nobody comes to the
 * end of them. And where each message has ten copies, all at the same moment, they die together, and a timer that
 * calls for the next has a thousand after three months.
 */
function forLongWork(faults: SimulatedOptions["faults"]): NonNullable<SimulatedOptions["faults"]> {
  if (faults === undefined || faults === "drawn") return faults ?? {};
  const { crashBefore = 0, crashAfter = 0, duplicate } = faults;
  const mostCopies = 2;
  return {
    ...faults,
    crashBefore: crashBefore / 4,
    crashAfter: crashAfter / 4,
    ...(duplicate && { duplicate: { ...duplicate, copies: Math.min(duplicate.copies, mostCopies) } }),
  };
}

/** `plan` is told of the world before anything happens in it: it may say who dies where. */
export async function run(
  scenario: Scenario,
  options: SimulatedOptions,
  plan?: (world: SimulatedWorld) => void,
): Promise<Run> {
  const life = drawLife(options, scenario.open);
  const isForMonths = scenario.open === "for months";
  const outside = new Outside(scenario, life);
  const world = simulatedWorld({
    ...options,
    groupWidth,
    promisesOnly: true,
    ...(isForMonths && { forgets: {} }),
    ...((isForMonths || scenario.longWork) && { faults: forLongWork(options.faults) }),
    ...(scenario.files && { files: scenario.files }),
    tasks: tasksOf(outside),
  });
  const holders = new TokenHolders(world, life);
  outside.open(world, holders);
  plan?.(world);
  const { faults } = world;
  const stage = new Stage(world, scenario, life, options.kind ?? "remote", holders, plan !== undefined);
  await stage.play();
  // Whoever looks at what came out makes calls, too.
  world.forgetPlans();
  world.remember();
  return {
    scenario,
    world: life.deployment ? readableWorld(world) : world,
    engine: createEngine(newerBuild(world), engineOptions),
    id: stage.id,
    life,
    faults,
    planned: plan !== undefined,
    started: stage.started,
    outside,
    holders,
    redrives: stage.redrivers.told,
    calmAt: stage.calmAt,
    surprises: stage.surprises,
  };
}

/** As whoever reads the log can read it. */
function readableWorld(world: SimulatedWorld): SimulatedWorld {
  return { ...world, segments: () => world.segments().map(readable) };
}

function tasksOf(outside: Outside): Tasks {
  return {
    call: (call) => outside.call(call),
    jobs: { poll: (job) => outside.poll(job), stop: (job) => outside.stop(job) },
  };
}

class Stage {
  readonly surprises: unknown[] = [];
  readonly id = `${tenant.account}/${tenant.region}/machine/run` as ExecutionId;
  readonly calmAt: number;
  started: Started["kind"] | undefined;
  readonly redrivers: Redrivers;
  private readonly world: SimulatedWorld;
  private readonly scenario: Scenario;
  private readonly life: Life;
  private readonly crew: Crew;
  private readonly holders: TokenHolders;
  private readonly planned: boolean;

  constructor(
    world: SimulatedWorld,
    scenario: Scenario,
    life: Life,
    kind: "remote" | "local",
    holders: TokenHolders,
    planned: boolean,
  ) {
    this.planned = planned;
    this.holders = holders;
    this.world = world;
    this.scenario = scenario;
    this.life = life;
    this.calmAt = world.now() + life.pace.faults;
    this.crew = new Crew(world, kind, life, engineOptions, (error) => this.surprises.push(error));
    holders.employ(this.crew);
    this.redrivers = new Redrivers(world, life, this.crew);
  }

  async play(): Promise<void> {
    const { world, crew, calmAt, life } = this;
    crew.begin(this.drive());
    this.planPowerCuts();
    this.planPurges();
    this.planDeployment();
    let stuck = 0;
    while (world.now() < calmAt + life.pace.calm) {
      await crew.turn();
      if (world.calls.length > mostCalls) {
        this.surprises.push(new Error(`${mostCalls} calls and no end`));
        break;
      }
      const next = world.nextDue() ?? Number.POSITIVE_INFINITY;
      const unfinished = crew.atWork > 0 || world.waiting("dead") > 0;
      if (!Number.isFinite(next) && !unfinished) break;
      if (next >= calmAt || world.now() >= calmAt) this.calm();
      // What is due may wait for a receive that takes time itself: then ever longer steps lead out of it.
      stuck = next > world.now() && Number.isFinite(next) ? 0 : stuck + 1;
      await world.advanceTo(stuck === 0 ? next : world.now() + 2 ** Math.min(stuck, 16));
    }
    this.calm();
  }

  private calm(): void {
    this.world.calm();
    this.life.calm = true;
  }

  /** The machine's plug is pulled, and put in again. */
  private planPowerCuts(): void {
    for (const after of this.life.powerCuts) {
      this.world.clock.at(this.world.now() + after, () => {
        if (!this.life.calm) this.crew.cutPower();
      });
    }
  }

  /** Those of before end, at its beginning, half-way and at its end; who comes after them is of either build, and at last of the newer. */
  private planDeployment(): void {
    const { world, crew } = this;
    if (!crew.deployment) return;
    const { from, until } = crew.deployment;
    for (const moment of [from, (from + until) / 2, until]) world.clock.at(moment, () => crew.retire());
  }

  /** What a purge takes, nobody brings back by himself. */
  private planPurges(): void {
    const { world, life, crew, calmAt, planned } = this;
    for (const number of life.purges) world.purgeAt(number);
    if (life.purges.length > 0 || planned)
      for (const hours of healedAfter)
        crew.begin(this.healAt(calmAt + hours * 3_600_000, hours === healedAfter.at(-1)));
  }

  private async healAt(moment: number, isLast: boolean): Promise<void> {
    const { world, crew } = this;
    await new Promise<void>((resolve) => void world.clock.at(moment, resolve));
    if (isLast) world.forgetPlans();
    const all = { quietMilliseconds: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY, dryRun: false };
    for (const { id } of world.summaries()) {
      await crew.insist(1_000, ({ engine }) => healExecution(engine, id, all));
    }
  }

  /** The users of the API. */
  private async drive(): Promise<void> {
    const machine = await this.deploy(JSON.stringify(this.scenario.definition));
    // A client that gives up after three tries may have started it all the same.
    const request = {
      machine,
      input: JSON.stringify(this.scenario.input),
      name: "run",
      invocationId: "one-invocation",
    };
    const started = await this.crew.insist(3, ({ engine }) => startExecution(engine, request));
    this.started = started?.kind;
    const { stopAfter, activity } = this.scenario;
    if (activity !== undefined) this.crew.begin(this.holders.poll({ ...tenant, name: activity }, this.id));
    this.crew.begin(this.redrivers.watch(this.id, this.calmAt + 24 * 3_600_000));
    // What no client was told of, the machine's plug may have taken.
    if (this.scenario.open === "for months" && started)
      this.crew.begin(new Readers(this.world, this.crew).watch(this.id));
    const { updates } = this.life;
    if (updates) this.crew.begin(new Updaters(this.world, this.crew, updates).watch(this.id));
    if (stopAfter === undefined) return;
    await new Promise<void>((resolve) => {
      this.world.clock.at(this.world.now() + stopAfter, resolve);
    });
    const why = { error: "Stopped" };
    await this.crew.insist(3, ({ engine }) => stopExecution(engine, this.id, why, "stop-invocation"));
  }

  private async deploy(definition: string): Promise<MachineRecord> {
    const save = ({ engine }: Process): Promise<string> => saveDefinition(engine, definition);
    const definitionHash = await this.crew.insist(1_000, save);
    if (definitionHash === undefined) throw new Error("the definition could not be stored in 1,000 tries");
    const roleArn = "arn:aws:iam::123456789012:role/test";
    const fixed = { type: "STANDARD", createdAt: 0, revisionId: "1", settings: "{}" } as const;
    return { ...tenant, name: "machine", definitionHash, roleArn, ...fixed };
  }
}
