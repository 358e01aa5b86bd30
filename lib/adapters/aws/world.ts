/**
 * The world on AWS, put together: DynamoDB for the log and all indexes, SQS for messages, S3 for what is
 * large. What a Task can call and where the
 * users' files are is not in here; whoever opens the world brings it.
 */
import type { Objects } from "../../engine/map-run/ports.ts";
import type { Tasks, World } from "../../engine/ports.ts";
import { openActivities } from "./activities.ts";
import { openBlobs } from "./blobs.ts";
import { makeClients } from "./clients.ts";
import { systemChance, systemClock } from "./clock.ts";
import { countRequests } from "./counting.ts";
import { openExecutionLogs } from "./execution-logs.ts";
import { openExecutions } from "./executions.ts";
import { openHeartbeats } from "./heartbeats.ts";
import { type AwsInbox, openInbox } from "./inbox.ts";
import { openJoins } from "./joins.ts";
import { openKeys, openStoredKeys } from "./keys.ts";
import { openLog } from "./log.ts";
import { openMachines } from "./machines.ts";
import { openMapRuns } from "./map-runs.ts";
import { embeddedMetrics } from "./metrics.ts";
import { openOutbox } from "./outbox.ts";
import type { AwsSettings } from "./settings.ts";
import { eventBridge } from "./status-events.ts";
import { openTimers } from "./timers.ts";

export interface AwsWorld extends World {
  readonly inbox: AwsInbox;
  /** The lane does not matter. Where `deadLetterQueueUrl` is given. */
  readonly deadLetters?: AwsInbox;
  /** Closes the connections; what is under way fails. */
  close(): void;
}

/** SQS's longest poll. */
const longestPoll = 20;

export async function openAwsWorld(settings: AwsSettings, tasks: Tasks, objects: Objects): Promise<AwsWorld> {
  const clients = makeClients(settings.clients);
  if (settings.onRequest) countRequests(clients, settings.onRequest);
  const { dynamodb, sqs, s3, secrets } = clients;
  const blobs = openBlobs(s3, settings.bucket);
  const store = { dynamodb, table: settings.table, objects: blobs };
  const { signingKeySecret, deadLetterQueueUrl: dead } = settings;
  const keys = await (signingKeySecret === undefined ? openStoredKeys(store) : openKeys(secrets, signingKeySecret));
  const urls = { flow: settings.flowQueueUrl, tasks: settings.tasksQueueUrl };
  const { receiveWaitSeconds: waitSeconds = longestPoll, lingerMilliseconds = 0 } = settings;
  const receiving = { waitSeconds, lingerMilliseconds };
  const outbox = openOutbox(sqs, urls, blobs, systemClock);
  const log = openLog(store, outbox);
  return {
    log,
    queue: outbox,
    timers: openTimers(store, outbox),
    blobs,
    machines: openMachines(store),
    executions: openExecutions(store, log),
    joins: openJoins(store),
    mapRuns: openMapRuns(store),
    objects,
    heartbeats: openHeartbeats(store),
    activities: openActivities(store),
    tasks,
    logs: openExecutionLogs({ process: systemChance.hex(16) }),
    ...watching(settings),
    clock: systemClock,
    chance: systemChance,
    keys,
    leasesVoidBefore: 0,
    inbox: openInbox(sqs, urls, blobs, systemClock, receiving),
    ...(dead === undefined
      ? {}
      : { deadLetters: openInbox(sqs, { flow: dead, tasks: dead }, blobs, systemClock, receiving) }),
    close() {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

function watching({ eventBus, printsMetrics = false }: AwsSettings): Pick<World, "metrics" | "statusEvents"> {
  return {
    ...(printsMetrics && { metrics: embeddedMetrics() }),
    ...(eventBus !== undefined && { statusEvents: eventBridge({ bus: eventBus }) }),
  };
}
