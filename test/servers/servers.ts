/**
 * Starts the real servers that a test asks for, and says where they are in the words of the AWS SDKs: the
 * environment that it returns is all that a client, a worker process or the AWS CLI needs.
 */
import { startDynamoDb, startElasticMq } from "./java.ts";
import type { RunningServer } from "./process.ts";
import { startMoto } from "./python.ts";
import { type Missing, missingJava, missingMaven, missingPython } from "./tools.ts";

export interface Wanted {
  readonly dynamodb?: boolean;
  readonly sqs?: boolean;
  /** moto: S3, and with it Secrets Manager, STS, SNS, EventBridge, IAM and Logs at the same endpoint. */
  readonly s3?: boolean;
  /** A folder for the data of DynamoDB and SQS, so that they survive a restart. */
  readonly folder?: string;
}

export interface Servers {
  readonly kind: "started";
  /** AWS_ENDPOINT_URL_… of each started service, region, and credentials that every one of them accepts. */
  readonly environment: Readonly<Record<string, string>>;
  /** Those that were asked for, to be stopped and started again. */
  readonly running: Readonly<Partial<Record<Service, RunningServer>>>;
  stop(): Promise<void>;
}

/** `reason` is one sentence, for the name of a skipped test. */
export interface NoServers {
  readonly kind: "missing";
  readonly reason: string;
}

const account = {
  AWS_REGION: "us-east-1",
  AWS_DEFAULT_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
  AWS_SECRET_ACCESS_KEY: "example",
};

type Service = "dynamodb" | "sqs" | "s3";

interface Kind {
  readonly wants: Service;
  readonly needs: readonly (() => Promise<Missing>)[];
  readonly start: (folder?: string) => Promise<RunningServer>;
  readonly services: readonly string[];
}

const kinds: readonly Kind[] = [
  { wants: "dynamodb", needs: [missingJava, missingMaven], start: startDynamoDb, services: ["DYNAMODB"] },
  { wants: "sqs", needs: [missingJava, missingMaven], start: startElasticMq, services: ["SQS"] },
  {
    wants: "s3",
    needs: [missingPython],
    start: () => startMoto(),
    services: [
      ...["S3", "SECRETS_MANAGER", "STS", "SNS", "EVENTBRIDGE", "IAM", "CLOUDWATCH_LOGS"],
      ...["ATHENA", "BATCH", "CODEBUILD", "ECS", "EKS", "EMR", "EMR_SERVERLESS"],
      ...["GLUE", "SAGEMAKER"],
    ],
  },
];

export async function startServers(wanted: Wanted): Promise<Servers | NoServers> {
  const asked = kinds.filter((kind) => wanted[kind.wants]);
  const missing = await Promise.all(asked.flatMap((kind) => kind.needs).map((need) => need()));
  const reason = missing.find((one) => one !== undefined);
  if (reason !== undefined) return { kind: "missing", reason };
  const attempts = await Promise.allSettled(asked.map((kind) => startNamed(kind, wanted.folder)));
  const started = attempts.flatMap((attempt) => (attempt.status === "fulfilled" ? [attempt.value] : []));
  const stop = async (): Promise<void> => void (await Promise.all(started.map(({ server }) => server.stop())));
  const failed = attempts.find((attempt) => attempt.status === "rejected");
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  const endpoints = Object.assign({}, ...started.map(({ endpoints }) => endpoints));
  const running = Object.fromEntries(started.map(({ wants, server }) => [wants, server]));
  return { kind: "started", environment: { ...account, ...endpoints }, running, stop };
}

interface Started {
  readonly wants: Service;
  readonly server: RunningServer;
  readonly endpoints: Readonly<Record<string, string>>;
}

async function startNamed(kind: Kind, folder?: string): Promise<Started> {
  const server = await kind.start(folder);
  const endpoints = kind.services.map((service) => [`AWS_ENDPOINT_URL_${service}`, server.endpoint]);
  return { wants: kind.wants, server, endpoints: Object.fromEntries(endpoints) };
}
