/**
 * Healing: for what has not moved (`unmoved.ts`) a message is sent, and whoever gets it carries out what follows
 * from the head, as the holder of the lost message would have. The net under everything else: redelivery finishes
 * what crashes leave, this what a purge or a queue's retention has taken.
 */
import { type Command, keyOf } from "./command.ts";
import type { Engine } from "./engine.ts";
import { headerAt, headOf } from "./head.ts";
import { armAgain } from "./keep.ts";
import { dispatch } from "./messages.ts";
import type { Delivery, ExecutionId, ExecutionSummary, Page, Tenant, Verdict } from "./ports.ts";
import { finishCharge, leaseEnd, redelivered } from "./redelivery.ts";
import { type Unmoved, unmovedOf } from "./unmoved.ts";

type Heal = Extract<Command, { readonly kind: "heal" }>;

export async function healHead(engine: Engine, command: Heal, delivery: Delivery): Promise<Verdict> {
  const head = await headOf(engine, command.execution, command.branch);
  // It has moved: by this very message perhaps, which then answers for what it wrote.
  if (head?.seq !== command.seq) return redelivered(engine, command, delivery);
  const until = leaseEnd(engine, head);
  if (until !== undefined) return { kind: "later", at: until };
  const charge = { header: await headerAt(engine, head), head: { ...head, by: keyOf(command) } };
  return (await finishCharge(engine, charge)) ? { kind: "done" } : redelivered(engine, command, delivery);
}

export interface HealOptions {
  /** Only what should have moved that many milliseconds ago, so that nobody is at work on it; -Infinity: whatever may be lost. */
  readonly quietMilliseconds: number;
  /** Messages sent, at most: a queue that is behind must not be flooded with duplicates. */
  readonly most: number;
  /** Only looks. */
  readonly dryRun: boolean;
  readonly onFound?: (found: Unmoved) => void;
  /** Told after each execution how many have been looked at. */
  readonly onProgress?: (executions: number) => void;
}

export interface Healed {
  /** Executions that were looked at … */
  readonly executions: number;
  /** … and what of them had not moved. */
  readonly found: number;
  /** There may be more: `most` was reached. */
  readonly capped: boolean;
}

/** One execution, whether or not it has ended: an end may be what was not told. */
export async function healExecution(engine: Engine, id: ExecutionId, options: HealOptions): Promise<Healed> {
  const found = await unmovedOf(engine, id, engine.world.clock.now() - options.quietMilliseconds);
  const taken = found.slice(0, options.most);
  for (const each of taken) options.onFound?.(each);
  if (!options.dryRun && taken.length > 0)
    await dispatch(
      engine,
      [...taken].map(({ message }) => message),
    );
  if (!options.dryRun) await armAgain(engine, id);
  return { executions: 1, found: taken.length, capped: taken.length < found.length };
}

/** All running executions of a tenant, or of one machine, newest first. */
export async function healAll(
  engine: Engine,
  tenant: Tenant,
  options: HealOptions & { readonly machine?: string },
): Promise<Healed> {
  let [executions, found] = [0, 0];
  for await (const { id } of running(engine, tenant, options.machine)) {
    const healed = await healExecution(engine, id, { ...options, most: options.most - found });
    executions += 1;
    found += healed.found;
    options.onProgress?.(executions);
    if (healed.capped) return { executions, found, capped: true };
  }
  return { executions, found, capped: false };
}

/** The page size of the service's own lists. */
const pageSize = 100;

async function* running(engine: Engine, tenant: Tenant, only?: string): AsyncGenerator<ExecutionSummary> {
  const { machines, executions } = engine.world;
  const names = only === undefined ? items((after) => machines.list(tenant, pageSize, after)) : [{ name: only }];
  for await (const { name } of names) {
    const query = { tenant, machine: name, status: "RUNNING", limit: pageSize } as const;
    yield* items((after) => executions.list({ ...query, ...(after === undefined ? {} : { after }) }));
  }
}

async function* items<T>(list: (after: string | undefined) => Promise<Page<T>>): AsyncGenerator<T> {
  let after: string | undefined;
  do {
    const page = await list(after);
    yield* page.items;
    after = page.next;
  } while (after !== undefined);
}
