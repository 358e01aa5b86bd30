/** Which actions of IAM a request to AWS needs, and on which resources: what the service would ask IAM for. */
import type { JsonObject } from "./assembly.ts";
import { list, object, text } from "./intrinsics.ts";

export interface Call {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** The operation that `X-Amz-Target` names. */
  readonly operation: string;
  readonly body: Buffer;
}

export interface Need {
  readonly action: string;
  readonly resource: string;
}

/** ARNs by the names that requests use. */
export interface Arns {
  table(name: string): string;
  queue(url: string): string;
  lambda(name: string): string;
}

export const services = ["DYNAMODB", "SQS", "S3", "SECRETS_MANAGER", "LAMBDA"] as const;
export type Service = (typeof services)[number];

export function needsOf(service: Service, call: Call, arns: Arns): readonly Need[] {
  return readers[service](call, arns);
}

const readers: Readonly<Record<Service, (call: Call, arns: Arns) => readonly Need[]>> = {
  DYNAMODB: tableActions,
  SQS({ operation, body }, arns) {
    const action = operation.replace(/Batch$/, "");
    return [{ action: `sqs:${action}`, resource: arns.queue(text(parsed(body)["QueueUrl"])) }];
  },
  S3({ method, path }) {
    const [bucket = "", ...key] = decodeURIComponent(path.replace(/\?.*$/s, "")).split("/").slice(1);
    const action = { GET: "GetObject", HEAD: "GetObject", PUT: "PutObject", DELETE: "DeleteObject" }[method];
    if (key.join("/") === "") return [{ action: "s3:ListBucket", resource: `arn:aws:s3:::${bucket}` }];
    return [{ action: `s3:${action ?? method}`, resource: `arn:aws:s3:::${bucket}/${key.join("/")}` }];
  },
  SECRETS_MANAGER: ({ operation, body }) => [
    { action: `secretsmanager:${operation}`, resource: text(parsed(body)["SecretId"]) },
  ],
  LAMBDA({ path }, arns) {
    const [, name = ""] = /functions\/([^/]+)\/invocations/.exec(path) ?? [];
    return [{ action: "lambda:InvokeFunction", resource: arns.lambda(decodeURIComponent(name)) }];
  },
};

/** A transaction asks for the action of each of its parts. */
const parts: Readonly<Record<string, string>> = {
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  ConditionCheck: "ConditionCheckItem",
  Get: "GetItem",
};

function tableActions({ operation, body }: Call, arns: Arns): readonly Need[] {
  const input = parsed(body);
  const need = (action: string, table: string, index?: string): Need => ({
    action: `dynamodb:${action}`,
    resource: arns.table(table) + (index === undefined ? "" : `/index/${index}`),
  });
  if (operation.startsWith("Transact")) {
    const entries = list(input["TransactItems"]).flatMap((item) => Object.entries(object(item)));
    return entries.map(([part, entry]) => need(parts[part] ?? part, text(object(entry)["TableName"])));
  }
  if (operation.startsWith("Batch")) {
    return Object.keys(object(input["RequestItems"])).map((table) => need(operation, table));
  }
  const index = input["IndexName"];
  return [need(operation, text(input["TableName"]), index === undefined ? undefined : text(index))];
}

function parsed(body: Buffer): JsonObject {
  return JSON.parse(body.toString("utf8"));
}
