/**
 * What the functions asked AWS for, by state machine: read from the lines that they print when
 * BATON_PRINT_REQUESTS is set. A request for several machines at once counts for each by its share.
 */
import type { RequestSeen } from "../../lib/adapters/aws/counting.ts";

export interface Usage {
  /** Requests that write to the table; a transaction is one. */
  readonly writes: number;
  /** Of those, the ones whose condition did not hold. */
  readonly refusedWrites: number;
  readonly reads: number;
  /** Messages. */
  readonly sends: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly storeBytes: number;
  readonly messageBytes: number;
  /** Of the sends and their requests, those of the API's function; the others are those of the workers. */
  readonly apiSends: number;
  readonly sendRequests: number;
  readonly apiSendRequests: number;
  readonly objectWrites: number;
  readonly objectReads: number;
}

const none: Usage = {
  writes: 0,
  refusedWrites: 0,
  reads: 0,
  sends: 0,
  writeUnits: 0,
  readUnits: 0,
  storeBytes: 0,
  messageBytes: 0,
  apiSends: 0,
  sendRequests: 0,
  apiSendRequests: 0,
  objectWrites: 0,
  objectReads: 0,
};

const fields = Object.keys(none) as readonly (keyof Usage)[];

export function combine(a: Usage, b: Usage, change: (a: number, b: number) => number): Usage {
  return Object.fromEntries(fields.map((field) => [field, change(a[field], b[field])])) as Record<keyof Usage, number>;
}

export function minus(a: Usage, b: Usage): Usage {
  return combine(a, b, (x, y) => x - y);
}

export function per(usage: Usage, count: number): Usage {
  return combine(usage, usage, (x) => x / count);
}

export class Meter {
  readonly #byMachine = new Map<string, Usage>();
  /** Requests that concern no execution: machines, definitions, secrets, deletions, timers. */
  readonly others = new Map<string, number>();
  #lastAt = Date.now();

  /** Milliseconds since the last request was seen. */
  get idleMilliseconds(): number {
    return Date.now() - this.#lastAt;
  }

  /** A line that a function printed; anything but a request is for somebody else. */
  read(functionName: string, line: string): void {
    if (!line.startsWith('{"request":')) return;
    const { request } = JSON.parse(line) as { request: RequestSeen };
    const byApi = functionName.startsWith("BatonApi");
    const machines = request.about.flatMap((about) => machineOf(about) ?? []);
    if (machines.length === 0) {
      const name = `${functionName.replace(/[0-9A-F]{8}$/, "")} ${request.service} ${request.operation}`;
      this.others.set(name, (this.others.get(name) ?? 0) + 1);
      return;
    }
    this.#lastAt = Date.now();
    const share = per(usageOf(request, byApi), machines.length);
    for (const machine of machines) {
      this.#byMachine.set(
        machine,
        combine(this.of(machine), share, (x, y) => x + y),
      );
    }
  }

  of(machine: string): Usage {
    return this.#byMachine.get(machine) ?? none;
  }
}

/** `x#account/region/machine/name…` of the table, the same without `x#` of an object, `account/machine` of a message. */
function machineOf(about: string): string | undefined {
  return /^(?:x#)?\d{12}\/[^/]*\/([^/]*)\//.exec(about)?.[1] ?? /^\d{12}\/([^/]*)$/.exec(about)?.[1];
}

const readOperations = ["GetItem", "BatchGetItem", "Query"];

/**
 * DynamoDB Local says 4 units for each KB that a transaction writes, where AWS documents 2 (one to prepare, one
 * to commit): https://aws.amazon.com/dynamodb/pricing/on-demand/. Here it is halved; the index's part stays
 * doubled, which is rather too much than too little.
 */
const transactionUnitsOverstated = 2;

/** AWS charges a write whose condition does not hold, too; DynamoDB Local does not say so. Segments mostly fit into one. */
const refusedUnits = 1;

function usageOf({ service, operation, entries, bytes, capacity = 0, failed }: RequestSeen, byApi: boolean): Usage {
  if (service === "sqs") {
    const api = byApi ? { apiSends: entries, apiSendRequests: 1 } : {};
    return { ...none, sends: entries, sendRequests: 1, messageBytes: bytes, ...api };
  }
  if (service === "s3") return operation === "PutObject" ? { ...none, objectWrites: 1 } : { ...none, objectReads: 1 };
  if (service !== "dynamodb") return none;
  if (readOperations.includes(operation)) return { ...none, reads: 1, readUnits: capacity };
  if (failed) return { ...none, writes: 1, refusedWrites: 1, writeUnits: Math.max(refusedUnits, capacity) };
  const writeUnits = operation === "TransactWriteItems" ? capacity / transactionUnitsOverstated : capacity;
  return { ...none, writes: 1, writeUnits, storeBytes: bytes };
}
