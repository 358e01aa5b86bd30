/** A world on real servers, with a table, queues, a bucket and a secret of its own for each test file. */
import { randomBytes } from "node:crypto";
import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { CreateQueueCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { makeClients } from "../../../lib/adapters/aws/clients.ts";
import type { RequestSeen } from "../../../lib/adapters/aws/counting.ts";
import type { AwsSettings } from "../../../lib/adapters/aws/settings.ts";
import { tableDescription } from "../../../lib/adapters/aws/tables.ts";
import { type AwsWorld, openAwsWorld } from "../../../lib/adapters/aws/world.ts";
import type { Tasks } from "../../../lib/engine/ports.ts";
import { s3Objects } from "../../../lib/integrations/s3-objects.ts";
import { type NoServers, type Servers, startServers } from "../../servers/servers.ts";

export type ServersForTests = Servers | NoServers;

/** Starts what the adapter needs and makes its clients find it. */
export async function serversForAws(): Promise<ServersForTests> {
  const servers = await startServers({ dynamodb: true, sqs: true, s3: true });
  if (servers.kind === "started") Object.assign(process.env, servers.environment);
  return servers;
}

export interface WorldForTests {
  readonly world: AwsWorld;
  readonly settings: AwsSettings;
  /** Every request since the last call. */
  readonly requests: () => readonly RequestSeen[];
}

const noTasks: Tasks = { call: () => Promise.reject(new Error("nothing is called in these tests")) };

export async function openWorldForTests(): Promise<WorldForTests> {
  const name = `baton-${randomBytes(4).toString("hex")}`;
  const clients = makeClients();
  const [flowQueueUrl, tasksQueueUrl] = await Promise.all([
    createQueue(clients.sqs, `${name}-flow`),
    createQueue(clients.sqs, `${name}-tasks`),
    clients.dynamodb.send(new CreateTableCommand(tableDescription(name))),
    clients.s3.send(new CreateBucketCommand({ Bucket: name })),
    clients.secrets.send(
      new CreateSecretCommand({
        Name: name,
        SecretString: JSON.stringify({ key: randomBytes(48).toString("base64") }),
      }),
    ),
  ]);
  let seen: RequestSeen[] = [];
  const settings: AwsSettings = {
    table: name,
    bucket: name,
    signingKeySecret: name,
    flowQueueUrl,
    tasksQueueUrl,
    receiveWaitSeconds: 0,
    onRequest: (request) => seen.push(request),
    clients,
  };
  const world = await openAwsWorld(settings, noTasks, s3Objects());
  const requests = (): readonly RequestSeen[] => {
    const since = seen;
    seen = [];
    return since;
  };
  return { world, settings, requests };
}

async function createQueue(sqs: SQSClient, name: string): Promise<string> {
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: name, Attributes: { VisibilityTimeout: "180" } }),
  );
  if (QueueUrl === undefined) throw new Error(`queue ${name} was not made`);
  return QueueUrl;
}
