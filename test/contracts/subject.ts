/** What a contract suite runs on: any adapter's world, opened once per suite, with names of its own for each test. */
import { randomBytes } from "node:crypto";
import type {
  Delivery,
  ExecutionId,
  ExecutionSummary,
  Inbox,
  Lane,
  SegmentRecord,
  Tenant,
  World,
} from "../../lib/engine/ports.ts";

export interface Subject {
  readonly world: Omit<World, "tasks">;
  readonly inbox: Inbox;
  /** Moves the world's clock. Absent where time cannot be moved: the tests about time are skipped there. */
  readonly advance?: (milliseconds: number) => Promise<void>;
  close(): Promise<void>;
}

export type Open = () => Promise<Subject>;

export interface Abilities {
  /** Whether the subjects can `advance`. */
  readonly movesTime: boolean;
}

export const noon = Date.UTC(2026, 0, 15, 12);

/** A term that is not over when the tests run. */
export const farAway = Date.UTC(2100, 0, 1);
export const minute = 60_000;

export function freshName(): string {
  return `n${randomBytes(8).toString("hex")}`;
}

/** As many characters as a name may have, and as many bytes as they can. */
export function longestName(last: string): string {
  return last.padStart(80, "\u65e5");
}

export function freshTenant(): Tenant {
  return { account: freshName(), region: "eu-north-1" };
}

export function executionOf(tenant: Tenant, machine: string, name: string): ExecutionId {
  return `${tenant.account}/${tenant.region}/${machine}/${name}` as ExecutionId;
}

export function freshExecution(): ExecutionId {
  return executionOf(freshTenant(), "pack", freshName());
}

export function segmentOf(
  execution: ExecutionId,
  seq: number,
  branch = "",
  body = `body ${branch}#${seq}`,
): SegmentRecord {
  return { execution, branch, seq, body, expires: farAway };
}

export function summaryOf(id: ExecutionId, more: Partial<ExecutionSummary> = {}): ExecutionSummary {
  const [, , machine = "", name = ""] = id.split("/");
  return {
    id,
    machine,
    name,
    status: "RUNNING",
    startedAt: noon,
    inputHash: "1".repeat(64),
    definitionHash: "2".repeat(64),
    epoch: 0,
    expires: farAway,
    ...more,
  };
}

/** A store may answer with nothing now and then; this often in a row, there is nothing. */
const emptyAnswers = 3;

/** Receives and forgets everything that is due in a lane. */
export async function takeAll(inbox: Inbox, lane: Lane): Promise<readonly Delivery[]> {
  const taken: Delivery[] = [];
  for (let empty = 0; empty < emptyAnswers; ) {
    const deliveries = await inbox.receive(lane, 10);
    empty = deliveries.length === 0 ? empty + 1 : 0;
    await inbox.done(deliveries.map(({ receipt }) => receipt));
    taken.push(...deliveries);
  }
  return taken;
}

/** The bodies that are due, sorted: order is nobody's promise. */
export async function takeBodies(inbox: Inbox, lane: Lane): Promise<readonly string[]> {
  return (await takeAll(inbox, lane)).map(({ body }) => body).sort();
}

/** One message that must be there. */
export async function receiveOne(inbox: Inbox, lane: Lane): Promise<Delivery> {
  for (let tries = 0; tries < emptyAnswers; tries += 1) {
    const [delivery] = await inbox.receive(lane, 1);
    if (delivery !== undefined) return delivery;
  }
  throw new Error(`no message in lane '${lane}'`);
}

/** Texts that a careless store would change. */
export const awkwardTexts: readonly string[] = [
  "\n leading and trailing blanks \n",
  '{"a":0.0,"b":1e400,"c":9007199254740993}',
  "Grüße, 世界, 🚂 and \u2028",
  '"\\ud800 escaped, \\u0000 too"',
  "x".repeat(300_000),
];
