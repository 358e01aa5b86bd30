/**
 * A deployed stack as the commands need it: where it is, and its keys. AWS is asked through the adapter, which is
 * loaded here when a command needs it; its packages are the user's own.
 */
import type { AccessKeys } from "../engine/ports.ts";
import type { ClientSettings } from "./client-settings.ts";
import { Failure } from "./failure.ts";

export interface Deployed {
  readonly url: string;
  readonly region: string;
  readonly accessKeySecret: string;
  readonly issuedKeysSecret: string;
}

export async function describeStack(name: string): Promise<Deployed> {
  const { stackOutputs } = await adapter();
  const { region, outputs } = await inWords(stackOutputs(name));
  const output = (key: string): string => {
    const value = outputs.get(key);
    if (value) return value;
    throw new Failure(`stack ${name} has no output ${key}; is it one of Baton's, and deployed with this version?`);
  };
  return {
    region,
    url: output("WireEndpoint"),
    accessKeySecret: output("AccessKeySecret"),
    issuedKeysSecret: output("IssuedKeysSecret"),
  };
}

/** What `Baton` of the CDK package calls its parts; before it stands the place of the construct, behind it a hash. */
const partsOfBaton = {
  table: ["AWS::DynamoDB::Table", "Table"],
  bucket: ["AWS::S3::Bucket", "Payloads"],
  flowQueue: ["AWS::SQS::Queue", "FlowQueue"],
  tasksQueue: ["AWS::SQS::Queue", "TasksQueue"],
  deadLetterQueue: ["AWS::SQS::Queue", "DeadLetterQueue"],
  signingKeySecret: ["AWS::SecretsManager::Secret", "SigningKey"],
} as const;

type Parts = Readonly<Record<keyof typeof partsOfBaton, string>>;

export interface DeployedParts extends Parts {
  readonly region: string;
  readonly account: string;
}

/** Of the one installation that the stack holds, wherever in it. */
export async function partsOfStack(name: string): Promise<DeployedParts> {
  const { stackResources } = await adapter();
  const { region, account, resources } = await inWords(stackResources(name));
  const part = (place: string, [type, called]: readonly [string, string]): string | undefined =>
    resources.find((each) => each.type === type && hashed(`${place}${called}`).test(each.id))?.name;
  const places = resources.flatMap(({ id }) => /^(.*)FlowQueue[0-9A-F]{8}$/.exec(id)?.[1] ?? []);
  const whole = places.flatMap((place) => {
    const found = Object.entries(partsOfBaton).map(([key, named]) => [key, part(place, named)] as const);
    return found.every(([, physical]) => physical) ? [Object.fromEntries(found) as Parts] : []; // each is a text
  });
  const [only, ...others] = whole;
  if (only !== undefined && others.length === 0) return { ...only, region, account };
  const help = "name the parts: --table, --bucket, --flow-queue, --tasks-queue, --dead-letter-queue";
  throw new Failure(
    only === undefined ? `stack ${name} holds no Baton` : `stack ${name} holds ${whole.length} Batons; ${help}`,
  );
}

function hashed(id: string): RegExp {
  return new RegExp(`^${id}[0-9A-F]{8}$`);
}

/** With the key that may do everything: for whoever may read its secret. */
export async function settingsOfStack(name: string): Promise<ClientSettings> {
  const { url, region, accessKeySecret } = await describeStack(name);
  const [key] = await withSecretKeys(accessKeySecret, (keys) => keys.list());
  if (!key) throw new Failure(`secret ${accessKeySecret} holds no access key`);
  const { accessKeyId, secretAccessKey } = key;
  return { url, region, credentials: { accessKeyId, secretAccessKey } };
}

export async function withSecretKeys<T>(secretId: string, use: (keys: AccessKeys) => Promise<T>): Promise<T> {
  const { withSecretKeys: open } = await adapter();
  return await inWords(open(secretId, use));
}

async function adapter() {
  try {
    return await import("../adapters/aws/installation.ts");
  } catch (error) {
    const [, name] = /Cannot find package '([^']+)'/.exec(error instanceof Error ? error.message : "") ?? [];
    if (name === undefined) throw error;
    throw new Failure(`to ask AWS, this command needs the package ${name}: npm install ${name}`);
  }
}

/** What AWS refuses is a sentence for the user; its stack helps nobody. */
async function inWords<T>(answer: Promise<T>): Promise<T> {
  return await answer.catch((error: unknown) => {
    if (!(error instanceof Error)) throw error;
    const says = error.name === "Error" ? error.message : `${error.name}: ${error.message}`;
    throw new Failure(says + (advice.find(([problem]) => says.startsWith(problem))?.[1] ?? ""));
  });
}

/** Behind what the SDK says of a shell that has not told it enough. */
const advice: readonly (readonly [problem: string, help: string])[] = [
  ["Region is missing", ": set AWS_REGION to the stack's"],
  [
    "CredentialsProviderError",
    "; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, for the stack's account",
  ],
];
