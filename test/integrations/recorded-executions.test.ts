/**
 * Whole executions that were recorded on the real service, once more with real calls: DynamoDB Local, ElasticMQ,
 * moto, task tokens that somebody takes from the queue and answers by the API. Their histories are the recorded
 * ones, event by event. Only the HTTP headers are a server's own.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LocalBaton, startLocal } from "../../lib/local/baton.ts";
import { defaultFolder, type ExecutionCase, lackingCorpus, readExecutions } from "../conformance/corpus.ts";
import { compare, type Outcome } from "../conformance/verdict.ts";
import { runLive, type Servers } from "./live.ts";
import { withServers } from "./with-servers.ts";

const { started, title } = await withServers(
  "recorded executions with real calls",
  { dynamodb: true, sqs: true, s3: true },
  lackingCorpus(),
);

const called = /"arn:aws:states:::(aws-sdk:)?(dynamodb|events|secretsmanager|sfn|sns|sqs|states):/;

/** What is not run here, and why. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ["error_handling/test_invalid_secret_name", "moto takes any name"],
  ["error_handling/test_send_message_empty_body", "ElasticMQ answers with an error of its own, as plain text"],
  ["timeouts/test_heartbeat_path_timeout", "nobody answers, for 5 seconds: run in virtual time"],
  ["credentials", "roles and accounts of the recording's own"],
]);

/** Where it may differ. */
const differs: Readonly<Record<string, RegExp>> = {
  // Words of the servers' own; the error's name is the same.
  "error_handling/test_dynamodb_invalid_param": /cause$/i,
  "error_handling/test_send_message_no_such_queue": /cause$/i,
  "error_handling/test_send_message_no_such_queue_no_catch": /cause$/i,
  "services/test_publish_base_error_topic_arn": /cause$/i,
  // The recording's own token was replaced by a placeholder twice over.
  "callback/test_sqs_wait_for_task_tok_with_heartbeat": /TaskToken$/,
  "callback/test_sqs_wait_for_task_token": /TaskToken$/,
  // Recorded before there was a redrive; later recordings have these.
  "callback/test_start_execution_sync": /RedriveStatus(Reason)?$/,
};

function cases(): readonly ExecutionCase[] {
  if (!started) return [];
  return readExecutions(defaultFolder).filter(
    ({ id, area, definitionText, expect: { history } }) =>
      called.test(definitionText) && history !== undefined && !elsewhere.has(id) && !elsewhere.has(area),
  );
}

const recorded = cases();

describe.runIf(started)(title, () => {
  if (!started) return test.skipIf(true)("all of them", () => {});
  const folder = mkdtempSync(join(tmpdir(), "baton-live-"));
  let baton: LocalBaton;
  let servers: Servers;

  beforeAll(async () => {
    baton = await startLocal({ folder, port: 0 });
    const credentials = { accessKeyId: "111111111111", secretAccessKey: "any" };
    servers = {
      states: new SFNClient({ endpoint: baton.url, credentials, disableHostPrefix: true }),
      queues: new SQSClient(),
      topics: new SNSClient(),
      queuesOfTopics: new SQSClient({ endpoint: process.env["AWS_ENDPOINT_URL_SNS"] ?? "" }),
    };
    for (const TableName of ["table-name", "test-table"]) {
      const key = { AttributeName: "id" } as const;
      const table = new CreateTableCommand({
        TableName,
        AttributeDefinitions: [{ ...key, AttributeType: "S" }],
        KeySchema: [{ ...key, KeyType: "HASH" }],
        BillingMode: "PAY_PER_REQUEST",
      });
      await new DynamoDBClient().send(table);
    }
  });
  afterAll(async () => {
    await baton.close();
    rmSync(folder, { recursive: true });
  });

  test.each(recorded.map((one) => [one.id, one] as const))("%s", async (id, one) => {
    const outcome = await runLive(one, servers);
    const differences = compare(comparable(one), withoutHeaders(outcome));
    expect(differences.filter(({ path }) => !differs[id]?.test(path))).toEqual([]);
  });
});

/** Every token that the recording tool put in place of what the services made up stands for anything. */
function comparable(one: ExecutionCase): ExecutionCase {
  const given = one.definitionText + one.inputText;
  const tokens = JSON.stringify(one.tasks).match(/<[\w-]+:\d+>/g) ?? [];
  const madeUp = tokens.filter((token) => !given.includes(token));
  return { ...withoutHeaders(one), placeholders: [...(one.placeholders ?? []), ...madeUp] };
}

/** The status and that there is a request's id are what an answer's metadata have in common. */
function withoutHeaders<Whole extends ExecutionCase | Outcome>(whole: Whole): Whole {
  // The same shape, with less in it.
  return plain(whole) as Whole;
}

function plain(value: unknown): unknown {
  if (typeof value === "string") return plainText(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plainMember(name, member)]));
}

function plainMember(name: string, member: unknown): unknown {
  if (name === "SdkResponseMetadata") return "there";
  if (name !== "SdkHttpMetadata") return plain(member);
  return typeof member === "object" && member !== null && "HttpStatusCode" in member ? member.HttpStatusCode : member;
}

function plainText(text: string): string {
  return text.startsWith("{") && text.includes('"SdkHttpMetadata"') ? JSON.stringify(plain(JSON.parse(text))) : text;
}
