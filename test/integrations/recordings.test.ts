/**
 * Calls that were recorded on the real service, made against real servers: what the state got is what it got there.
 * Only the HTTP headers are a server's own. The recordings are not part of the repository (see `conformance/corpus.ts`).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { beforeAll, describe, expect, test } from "vitest";
import { defaultFolder, type Json, lackingCorpus } from "../conformance/corpus.ts";
import { Matcher } from "../conformance/match.ts";
import { callWith } from "./call-with.ts";
import { withServers } from "./with-servers.ts";

const { started, title } = await withServers("recorded calls", { dynamodb: true, s3: true }, lackingCorpus());

interface Details {
  readonly resourceType: string;
  readonly resource: string;
  readonly parameters?: Json;
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
}

interface Case {
  readonly id: string;
  readonly placeholders?: readonly string[];
  readonly expect: { readonly history?: readonly { readonly type: string }[] };
}

interface Recorded {
  readonly name: string;
  readonly placeholders: readonly string[];
  readonly call: Details;
  readonly result: Details;
}

const called = /^(aws-sdk:)?(dynamodb|sns|events|secretsmanager)$/;

/** The calls of a case with what came of each, in order: they build on one another. */
function recordedIn({ id, placeholders = [], expect: { history = [] } }: Case): readonly Recorded[] {
  const details = history.flatMap((event) => Object.values<unknown>(event).filter(isDetails));
  const calls = details.filter(({ parameters }) => parameters !== undefined);
  const results = details.filter(({ output, error }) => output !== undefined || error !== undefined);
  return calls.flatMap((call, at) => {
    const result = results[at];
    const name = `${id}: ${call.resourceType}:${call.resource}`;
    return result !== undefined && called.test(call.resourceType) && !call.resource.includes(".")
      ? [{ name, placeholders, call, result }]
      : [];
  });
}

function isDetails(value: unknown): value is Details {
  return typeof value === "object" && value !== null && "resourceType" in value;
}

function allRecorded(): readonly Recorded[] {
  return ["services.json", "error_handling.json"].flatMap((file) => {
    const cases = JSON.parse(readFileSync(join(defaultFolder, "executions", file), "utf8")) as readonly Case[];
    return cases.flatMap(recordedIn);
  });
}

/** What the servers of the tests say otherwise than AWS; the error's name is the same. */
const ownCauses: ReadonlySet<string> = new Set([
  "error_handling/test_dynamodb_invalid_param: aws-sdk:dynamodb:putItem",
  "services/test_publish_base_error_topic_arn: sns:publish",
]);

/** What the servers of the tests do not judge: moto takes any name. */
const notJudged: ReadonlySet<string> = new Set([
  "error_handling/test_invalid_secret_name: aws-sdk:secretsmanager:createSecret",
]);

const recorded = started ? allRecorded().filter(({ name }) => !notJudged.has(name)) : [];

describe.runIf(started)(title, () => {
  if (!started) return test.skipIf(true)("all of them", () => {});
  let topic = "";
  beforeAll(async () => {
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
    topic = (await new SNSClient().send(new CreateTopicCommand({ Name: "topic" }))).TopicArn ?? "";
  });

  /** Names that the recording tool replaced are those of what was made above. */
  function real(parameters: Json, fails: boolean): string {
    return JSON.stringify(parameters)
      .replaceAll("<test-table>", "test-table")
      .replace(/"TopicArn":"[^"]*"/, `"TopicArn":${JSON.stringify(fails ? `${topic}-not` : topic)}`);
  }

  test.each(recorded.map((one) => [one.name, one] as const))("%s", async (name, { call, result, placeholders }) => {
    const resource = `arn:aws:states:::${call.resourceType}:${call.resource}`;
    const answer = await callWith({ functions: [] }, resource, real(call.parameters ?? {}, result.error !== undefined));
    if (result.error !== undefined) {
      expect(answer).toMatchObject({ kind: "failed", error: result.error });
      if (ownCauses.has(name)) return;
      expect(withoutRequest(answer.kind === "failed" ? answer.cause : "")).toBe(withoutRequest(result.cause ?? ""));
      return;
    }
    const { SdkHttpMetadata, SdkResponseMetadata, ...expected } = result.output as Record<string, Json>;
    const actual = answer.kind === "failed" ? answer : JSON.parse(answer.output);
    expect(Boolean(actual.SdkHttpMetadata && actual.SdkResponseMetadata)).toBe(
      Boolean(SdkHttpMetadata && SdkResponseMetadata),
    );
    delete actual.SdkHttpMetadata;
    delete actual.SdkResponseMetadata;
    const numbered = [...JSON.stringify(expected).matchAll(/<[\w-]+:\d+>/g)].map(([text]) => text);
    expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
    expect(new Matcher([...placeholders, ...numbered]).differences("", expected, actual, "plain")).toEqual([]);
  });
});

function withoutRequest(cause: string): string {
  return cause.replace(/Request ID: [^;)]*/, "Request ID: …");
}
