/**
 * The logs of executions in CloudWatch Logs, in the log group of each machine. A process writes to a stream of
 * its own, named as the service names them, so that nobody waits for anybody.
 */
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  type InputLogEvent,
  PutLogEventsCommand,
  ResourceAlreadyExistsException,
} from "@aws-sdk/client-cloudwatch-logs";
import type { ExecutionLogs, LogDestination, LogLine } from "../../engine/watch-port.ts";

/** CloudWatch's most for one request: a mebibyte, of which each event takes 26 bytes beside its text. */
const mostBytes = 1_048_576;
const eventOverhead = 26;
const mostEvents = 10_000;
/** Between the first event of a request and its last. */
const longestSpan = 24 * 3_600_000;
/** CloudWatch's most for one event. */
const longestEvent = mostBytes - eventOverhead;

type Client = Pick<CloudWatchLogsClient, "send">;

export interface ExecutionLogsOptions {
  /** Names this process's streams. */
  readonly process: string;
  readonly client?: Client;
  /** Told of what could not be stored. */
  readonly report?: (error: unknown) => void;
}

export function openExecutionLogs(options: ExecutionLogsOptions): ExecutionLogs {
  const { process, report = (error: unknown) => console.error("a log could not be written:", error) } = options;
  let opened = options.client;
  const streams = new Map<string, Promise<unknown>>();
  return {
    async write(destination, lines) {
      const client = opened ?? new CloudWatchLogsClient({ maxAttempts: 3 });
      opened = client;
      const place = placeOf(destination, process);
      try {
        await (streams.get(place.key) ?? remember(streams, place.key, createStream(client, place)));
        for (const batch of batchesOf(lines)) await put(client, place, batch);
      } catch (error) {
        streams.delete(place.key);
        report(error);
      }
    },
  };
}

interface Place {
  readonly key: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/** A group's ARN ends in `:*` where the service shows it. */
function placeOf({ group, machine }: LogDestination, process: string): Place {
  const logGroupName = group.replace(/^arn:[\w-]+:logs:[\w-]+:\d+:log-group:/, "").replace(/:\*$/, "");
  const logStreamName = `states/${machine}/${process}`;
  return { key: `${logGroupName} ${logStreamName}`, logGroupName, logStreamName };
}

function remember(streams: Map<string, Promise<unknown>>, key: string, made: Promise<unknown>): Promise<unknown> {
  streams.set(key, made);
  return made;
}

async function createStream(client: Client, { logGroupName, logStreamName }: Place): Promise<void> {
  try {
    await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  } catch (error) {
    if (!(error instanceof ResourceAlreadyExistsException)) throw error;
  }
}

async function put(client: Client, { logGroupName, logStreamName }: Place, logEvents: InputLogEvent[]): Promise<void> {
  await client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
}

/** In order of time, as CloudWatch wants them within a request. */
export function batchesOf(lines: readonly LogLine[]): InputLogEvent[][] {
  const batches: InputLogEvent[][] = [];
  let batch: InputLogEvent[] = [];
  let bytes = 0;
  for (const { at, text } of [...lines].sort((a, b) => a.at - b.at)) {
    const message = fitting(text);
    const size = Buffer.byteLength(message) + eventOverhead;
    const first = batch[0]?.timestamp ?? at;
    const isFull = bytes + size > mostBytes || batch.length === mostEvents || at - first >= longestSpan;
    if (batch.length > 0 && isFull) {
      batches.push(batch);
      [batch, bytes] = [[], 0];
    }
    batch.push({ timestamp: at, message });
    bytes += size;
  }
  return batch.length > 0 ? [...batches, batch] : batches;
}

/** What is too long goes without its data, and says so as the service does. */
function fitting(text: string): string {
  if (Buffer.byteLength(text) <= longestEvent) return text;
  const record = JSON.parse(text);
  const details = Object.entries(record.details).map(([member, value]) =>
    typeof value === "string" && value.length > 1_000 ? [member, ""] : [member, truncated(value)],
  );
  return JSON.stringify({ ...record, details: Object.fromEntries(details) });
}

function truncated(value: unknown): unknown {
  return typeof value === "object" && value !== null && "truncated" in value ? { truncated: true } : value;
}
