/**
 * The other callees that misbehave as the functions of `hostile.ts` do: HTTP APIs, services by the SDK, optimized
 * integrations, nested executions. What becomes of a state that calls each, under the names of its integration.
 */
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { type Hearing, type HostileCase, hostileCases, type Speech } from "./hostile.ts";

export interface FamilyCase extends HostileCase {
  /** Under which the server counts its calls. */
  readonly counted: string;
  readonly definition: string;
}

interface Family {
  readonly name: string;
  readonly speech: Speech;
  readonly task: (behaviour: string, url: string) => object;
  /** The name of the error, where it is not the same for all. */
  readonly errors: Readonly<Record<string, string>>;
}

const connection = "arn:aws:events:us-east-1:000000000000:connection/any/1";

/** What `baton dev --connections` takes. */
export const connections = {
  any: { AuthorizationType: "BASIC", AuthParameters: { BasicAuthParameters: { Username: "u", Password: "p" } } },
};

const http: Family = {
  name: "http",
  speech: {
    good: '{"ok":true}',
    large: (bytes) => JSON.stringify("x".repeat(bytes)),
    throttled: [429, "any"],
    failing: "any",
  },
  task: (behaviour, url) => ({
    Resource: "arn:aws:states:::http:invoke",
    Parameters: { ApiEndpoint: `${url}/${behaviour}`, Method: "GET", Authentication: { ConnectionArn: connection } },
  }),
  errors: {
    throttled: "States.Http.StatusCode.429",
    failing: "States.Http.StatusCode.500",
    closes: "States.Http.Socket",
    halfway: "States.Http.Socket",
  },
};

const item: Speech = {
  good: '{"Item":{"id":{"S":"1"}}}',
  large: (bytes) => JSON.stringify({ Item: { id: { S: "x".repeat(bytes) } } }),
  throttled: [400, "ProvisionedThroughputExceededException"],
  failing: "InternalServerError",
};

function refusals(prefix: string, throttled: string, failing: string): Family["errors"] {
  const client = `${prefix}.SdkClientException`;
  const refused = { throttled: `${prefix}.${throttled}`, failing: `${prefix}.${failing}` };
  return { ...refused, garbage: client, closes: client, halfway: client };
}

function dynamodb(name: string, service: string, prefix: string): Family {
  return {
    name,
    speech: item,
    task: (behaviour) => ({
      Resource: `arn:aws:states:::${service}:getItem`,
      Parameters: { TableName: `${name}-${behaviour}`, Key: { id: { S: "1" } } },
    }),
    errors: refusals(prefix, "ProvisionedThroughputExceededException", "InternalServerErrorException"),
  };
}

const digest = createHash("md5").update("hello").digest("hex");

const sqs: Family = {
  name: "sqs",
  speech: {
    good: JSON.stringify({ MessageId: "1", MD5OfMessageBody: digest }),
    large: (bytes) => JSON.stringify({ MessageId: "x".repeat(bytes), MD5OfMessageBody: digest }),
    throttled: [400, "RequestThrottled"],
    failing: "InternalFailure",
  },
  task: (behaviour, url) => ({
    Resource: "arn:aws:states:::sqs:sendMessage",
    Parameters: { QueueUrl: `${url}/sqs-${behaviour}`, MessageBody: "hello" },
  }),
  errors: refusals("SQS", "RequestThrottledException", "AmazonSQSException"),
};

const families = [
  http,
  dynamodb("dynamodb", "dynamodb", "DynamoDB"),
  dynamodb("sdk", "aws-sdk:dynamodb", "DynamoDb"),
  sqs,
];

/** HTTP requests say it in their path, calls of services in the names that they are given. */
export function hearFamilies({ method, url = "" }: IncomingMessage, body: string) {
  if (method === "GET") return { service: "http", behaviour: url.slice(1), speech: http.speech };
  const [, service = "", behaviour = ""] = /"(?:TableName|QueueUrl)":"(?:[^"]*\/)?(\w+)-(\w+)"/.exec(body) ?? [];
  const family = families.find(({ name }) => name === service);
  return family && ({ service, behaviour, speech: family.speech } satisfies Hearing & { service: string });
}

/** An answer that is no JSON is a text to whoever asked an HTTP API. */
const isText = (family: Family, name: string): boolean => family === http && name === "garbage";

export function familyCases(url: string): readonly FamilyCase[] {
  return families.flatMap((family) =>
    hostileCases.map(({ name, timeoutSeconds, status, error, cause }): FamilyCase => {
      const own = isText(family, name) ? undefined : (family.errors[name] ?? error);
      const Call = {
        Type: "Task",
        ...family.task(name, url),
        End: true,
        ...(timeoutSeconds !== undefined && { TimeoutSeconds: timeoutSeconds }),
      };
      return {
        name: `${family.name}-${name}`,
        counted: `${family.name}-${name}`,
        status: isText(family, name) ? "SUCCEEDED" : status,
        ...(own !== undefined && { error: own }),
        ...(name === "endless" && cause && { cause }),
        definition: JSON.stringify({ StartAt: "Call", States: { Call } }),
      };
    }),
  );
}

const machineArn = (name: string): string => `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`;

/** An execution that waits for one that misbehaves; `callee` is a machine of this table or of `hostileCases`. */
function nested(callee: string, expected: Omit<HostileCase, "name">, more: object = {}): FamilyCase {
  const Call = {
    Type: "Task",
    Resource: "arn:aws:states:::states:startExecution.sync:2",
    Parameters: { StateMachineArn: machineArn(callee) },
    End: true,
    ...more,
  };
  return {
    name: `nested-${callee}`,
    counted: callee,
    ...expected,
    definition: JSON.stringify({ StartAt: "Call", States: { Call } }),
  };
}

export const sleeper = {
  name: "sleeper",
  definition: JSON.stringify({ StartAt: "W", States: { W: { Type: "Wait", Seconds: 86_400, End: true } } }),
};

export const nestedCases: readonly FamilyCase[] = [
  nested("good", { status: "SUCCEEDED" }),
  nested("large", { status: "SUCCEEDED" }),
  nested("throttled", { status: "FAILED", error: "States.TaskFailed", cause: /TooManyRequestsException/ }),
  nested("closes", { status: "FAILED", error: "States.TaskFailed", cause: /SdkClientException/ }),
  nested("silent", { status: "FAILED", error: "States.TaskFailed", cause: /States\.Timeout/ }),
  nested(sleeper.name, { status: "FAILED", error: "States.Timeout" }, { TimeoutSeconds: 1 }),
  nested("nobody", { status: "FAILED", error: "StepFunctions.StateMachineDoesNotExistException" }),
];
