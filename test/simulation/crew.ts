/**
 * The processes at work: they receive what is due, handle it, and say so. A crash takes a process, with all
 * it had at work; where the store is local there is only one, and it starts again with what the disk has.
 */
import { Crash, Outage } from "../../lib/adapters/simulated/faults.ts";
import type { SimulatedWorker, SimulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { handle } from "../../lib/engine/advance.ts";
import { handleDeadLetter } from "../../lib/engine/dead-letter.ts";
import { createEngine, type Engine, type EngineOptions } from "../../lib/engine/engine.ts";
import { NewerFormat } from "../../lib/engine/format.ts";
import type { Delivery, Inbox, Verdict } from "../../lib/engine/ports.ts";
import { sweep } from "../../lib/engine/sweep.ts";
import { newerBuild, type Seen } from "./builds.ts";
import type { Life } from "./life.ts";

export interface Process {
  readonly number: number;
  readonly worker: SimulatedWorker;
  /** The worker's world as its build sees it. */
  readonly seen: Seen;
  readonly isNewer: boolean;
  readonly engine: Engine;
}

/** A function that serves the API lives no longer than that; a guard comes later. */
const longestCall = 45_000;

const boxes = ["flow", "tasks", "dead"] as const;
type Box = (typeof boxes)[number];

export class Crew {
  /** What is under way: each takes virtual time, or waits for it. The process that is at it, where it is one of ours. */
  private readonly underWay = new Set<{ readonly worker?: SimulatedWorker }>();
  private processes: Process[] = [];
  private opened = 0;
  private turns = 0;
  private readonly receiving = new Set<string>();

  private readonly world: SimulatedWorld;
  private readonly kind: "remote" | "local";
  private readonly options: Partial<EngineOptions>;
  private readonly surprise: (error: unknown) => void;
  private readonly life: Life;
  /** Moments of the world. */
  readonly deployment: Life["deployment"];

  constructor(
    world: SimulatedWorld,
    kind: "remote" | "local",
    life: Life,
    options: Partial<EngineOptions>,
    surprise: (error: unknown) => void,
  ) {
    const { deployment } = life;
    const now = world.now();
    this.world = world;
    this.life = life;
    this.deployment = deployment && { from: now + deployment.from, until: now + deployment.until };
    this.kind = kind;
    this.options = options;
    this.surprise = surprise;
  }

  begin(work: Promise<unknown>, worker?: SimulatedWorker): void {
    const one = worker === undefined ? {} : { worker };
    this.underWay.add(one);
    work.catch((error: unknown) => this.note(error)).finally(() => this.underWay.delete(one));
  }

  /** A process that has died while it waited for its clock waits for ever. */
  get atWork(): number {
    for (const one of this.underWay) if (one.worker?.dead) this.underWay.delete(one);
    return this.underWay.size;
  }

  /** As a client's SDK does: the same call again, until it is answered or given up. */
  async insist<T>(tries: number, call: (process: Process) => Promise<T>): Promise<T | undefined> {
    for (let attempt = 0; attempt < tries; attempt++) {
      try {
        return await call(this.host());
      } catch (error) {
        this.note(error);
        await this.pause(Math.min(100 * 2 ** attempt, 10_000));
      }
    }
    return undefined;
  }

  /** In virtual time. */
  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.world.clock.at(this.world.now() + milliseconds, resolve);
    });
  }

  cutPower(): void {
    this.world.powerCut();
    this.processes = [];
  }

  /** Everything that can be received now is taken up. */
  async turn(): Promise<void> {
    this.replaceDead();
    this.turns += 1;
    for (const box of boxes) if (this.world.receivable(box)) this.takeUp(box);
    for (const shard of this.world.shardsDue()) {
      for (const { number, engine } of this.processes)
        this.once(`${number} sweep ${shard}`, async () => void (await sweep(engine, shard)));
    }
    await this.world.settle();
  }

  /** Remote: an API call has a function of its own. Local: the one process serves the API, too. */
  private host(): Process {
    if (this.kind === "remote") {
      const process = this.open();
      this.world.clock.at(this.world.now() + longestCall, () => process.worker.kill());
      return process;
    }
    this.replaceDead();
    const [process] = this.processes;
    if (process === undefined) throw new Error("no process is alive");
    return process;
  }

  private replaceDead(): void {
    const wanted = this.kind === "remote" ? 2 : 1;
    if (this.processes.length === wanted && !this.processes.some(({ worker }) => worker.dead)) return;
    const alive = this.processes.filter(({ worker }) => !worker.dead);
    if (this.kind === "local" && alive.length < this.processes.length) {
      this.cutPower();
      alive.length = 0;
    }
    this.processes = alive;
    while (this.processes.length < wanted) this.processes.push(this.open());
  }

  /** By default for as long as nothing happens to it; else for so many milliseconds, which it knows. */
  private open(lives?: number): Process {
    const worker = this.world.worker(lives);
    this.opened += 1;
    const isNewer = this.opensNewer();
    const seen = isNewer ? newerBuild(worker) : worker;
    return { number: this.opened, worker, seen, isNewer, engine: createEngine(seen, this.options) };
  }

  /** While a build is deployed, one process after the other is of the newer one. */
  private opensNewer(): boolean {
    const { deployment } = this;
    if (deployment === undefined || this.world.now() < deployment.from) return false;
    return this.world.now() >= deployment.until || this.opened % 2 === 0;
  }

  /** All that are of the older build, once there is a newer one. */
  retire(): void {
    for (const { worker, isNewer } of this.processes) if (!isNewer) worker.kill();
  }

  private note(error: unknown): void {
    if (error instanceof Crash || error instanceof Outage || error instanceof NewerFormat) return;
    this.surprise(error);
  }

  private takeUp(box: Box): void {
    const { functions, calm } = this.life;
    if (box !== "dead" && functions && !calm && functions.chance.chance(functions.rate))
      this.once(`function ${box}`, () => this.receive(this.open(functions.lives[box]), box));
    else this.takeTurns(box);
  }

  /** One after the other asks, of those who do not ask already. */
  private takeTurns(box: Box): void {
    const free = this.processes.filter(({ number }) => !this.receiving.has(`${number} ${box}`));
    const process = free[this.turns % free.length];
    if (process === undefined) return;
    this.once(`${process.number} ${box}`, () => this.receive(process, box));
  }

  private async receive(process: Process, box: Box): Promise<void> {
    const { worker, seen, engine } = process;
    const inbox = box === "dead" ? seen.deadLetters : seen.inbox;
    const work = box === "dead" ? handleDeadLetter : handle;
    const received = await inbox.receive(box === "dead" ? "flow" : box, 10);
    for (const delivery of received)
      this.begin(
        this.workOff(process, inbox, delivery, () => work(engine, delivery)),
        worker,
      );
  }

  /** One at a time of each kind. */
  private once(kind: string, work: () => Promise<void>): void {
    if (this.receiving.has(kind)) return;
    this.receiving.add(kind);
    this.begin(work().finally(() => this.receiving.delete(kind)));
  }

  private async workOff(
    { worker }: Process,
    inbox: Inbox,
    delivery: Delivery,
    work: () => Promise<Verdict>,
  ): Promise<void> {
    const verdict = await work();
    if (worker.dead) return;
    if (verdict.kind === "done") await inbox.done([delivery.receipt]);
    else await inbox.later(delivery.receipt, verdict.at);
  }
}
