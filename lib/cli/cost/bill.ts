/**
 * The price of a million state transitions, line by line, from what one execution was seen to ask for. A
 * transition is a state, as Step Functions counts at least; starting and ending are part of the price.
 */
import { assumed, type PriceName, prices } from "./prices.ts";

/** What was counted, for one execution. */
export interface PricedExecution {
  readonly states: number;
  readonly tasks: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  /** Starts through the API: 1, or 0 for a child of a Map Run. */
  readonly apiStarts: number;
  /** All messages, guard and first one included. */
  readonly messages: number;
  /** Of these, the ones that the API's function sent, each in a request of its own. */
  readonly apiMessages: number;
  /** Of all messages together. */
  readonly messageBytes: number;
  readonly objectWrites: number;
  readonly objectReads: number;
  readonly storedBytes: number;
}

export interface Line {
  readonly what: string;
  readonly price: PriceName;
  /** For one execution. */
  readonly quantity: number;
  /** For a million transitions. */
  readonly usd: number;
  /** How the quantity came about. */
  readonly how: string;
}

export interface Bill {
  readonly lines: readonly Line[];
  readonly usd: number;
  /** Beside the bill: what it costs to keep the executions for as long as they are kept. */
  readonly storageUsd: number;
}

const chunkBytes = 64 * 1024;

/** `batch`: messages in each request of the workers and of Lambda's poller, and in each invocation. */
export function billOf(execution: PricedExecution, batch: number): Bill {
  const executions = 1e6 / execution.states;
  const lines = [...storeLines(execution), ...queueLines(execution, batch), ...functionLines(execution, batch)].map(
    (line): Line => ({ ...line, usd: (line.quantity * executions * prices[line.price].usd) / prices[line.price].per }),
  );
  const gigabyteMonths = (execution.storedBytes * executions * assumed.storedMonths) / 1e9;
  return {
    lines: lines.filter(({ quantity }) => quantity > 0),
    usd: lines.reduce((sum, { usd }) => sum + usd, 0),
    storageUsd: gigabyteMonths * prices.storedGigabyteMonth.usd,
  };
}

type Counted = Omit<Line, "usd">;

function storeLines({ writeUnits, readUnits, objectWrites, objectReads }: PricedExecution): Counted[] {
  return [
    { what: "DynamoDB writes", price: "writeUnit", quantity: writeUnits, how: "units counted" },
    { what: "DynamoDB reads", price: "readUnit", quantity: readUnits, how: "units counted" },
    { what: "S3 writes", price: "objectWrite", quantity: objectWrites, how: "counted" },
    { what: "S3 reads", price: "objectRead", quantity: objectReads, how: "counted" },
  ];
}

function queueLines({ messages, apiMessages, messageBytes, tasks }: PricedExecution, batch: number): Counted[] {
  const each = messageBytes / messages;
  const chunks = Math.max(1, Math.ceil((each * batch) / chunkBytes));
  const byWorkers = messages - apiMessages;
  const priced = `${chunks} x 64 KiB a request`;
  return [
    {
      what: "SQS sends",
      price: "queueRequest",
      quantity: apiMessages + (byWorkers / batch) * chunks,
      how: `${show(apiMessages)} by the API + ${show(byWorkers)} by workers / ${batch}, ${priced}`,
    },
    {
      what: "SQS receives",
      price: "queueRequest",
      quantity: (messages / batch) * chunks,
      how: `${show(messages)} messages / ${batch}, ${priced}`,
    },
    {
      what: "SQS deletions",
      price: "queueRequest",
      quantity: (messages + tasks) / batch,
      how: `(${show(messages)} messages by Lambda + ${show(tasks)} tasks by their worker) / ${batch}`,
    },
  ];
}

function functionLines({ messages, tasks, apiStarts }: PricedExecution, batch: number): Counted[] {
  const flow = messages - tasks;
  const invocations = flow / batch + tasks / batch + apiStarts;
  const { roundTripsMilliseconds: trips, flowMessageMilliseconds, taskMessageMilliseconds } = assumed;
  const flowMs = flow * (trips / batch + flowMessageMilliseconds);
  const shared = 2 * trips + assumed.taskCallMilliseconds;
  const taskMs = tasks * (shared / batch + taskMessageMilliseconds);
  const seconds = (milliseconds: number): number => (milliseconds / 1_000) * assumed.functionGigabytes;
  const logBytes = invocations * assumed.logBytesPerInvocation + apiStarts * assumed.logBytesPerApiRequest;
  return [
    {
      what: "Lambda requests",
      price: "invocation",
      quantity: invocations,
      how: `(${show(flow)} flow + ${show(tasks)} tasks) / ${batch} + ${show(apiStarts)} start`,
    },
    {
      what: "Lambda, flow",
      price: "gigabyteSecond",
      quantity: seconds(flowMs),
      how: `${show(flow)} x (${trips} ms / ${batch} + ${flowMessageMilliseconds} ms) x 0.5 GB`,
    },
    {
      what: "Lambda, tasks",
      price: "gigabyteSecond",
      quantity: seconds(taskMs),
      how: `${show(tasks)} x (${shared} ms / ${batch} + ${taskMessageMilliseconds} ms) x 0.5 GB`,
    },
    {
      what: "Lambda, start",
      price: "gigabyteSecond",
      quantity: apiStarts * seconds(assumed.startMilliseconds),
      how: `${assumed.startMilliseconds} ms x 0.5 GB`,
    },
    { what: "HTTP API", price: "apiRequest", quantity: apiStarts, how: `${show(apiStarts)} start` },
    {
      what: "logs",
      price: "logGigabyte",
      quantity: logBytes / 1e9,
      how: `${show(invocations)} invocations x ${assumed.logBytesPerInvocation} B + ${assumed.logBytesPerApiRequest} B`,
    },
  ];
}

function show(quantity: number): string {
  return Number.isInteger(quantity) ? String(quantity) : quantity.toFixed(1);
}
