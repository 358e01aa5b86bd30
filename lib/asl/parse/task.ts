/** Task states: the resource, its time limits and its credentials. What the resource does is an integration's. */
import type { Computed, TaskState } from "../definition.ts";
import { isObject, type JsonObject, property, type Value } from "../json.ts";
import { objectTemplate, query, singlePath, template } from "./compiled.ts";
import { field, readFields } from "./fields.ts";
import { inField, type Place, report } from "./place.ts";
import { anyState, byPath, following, going, paths, resulting } from "./state-fields.ts";
import { computedNumber, computedText, text } from "./values.ts";

const most = 99_999_999;
const seconds = computedNumber({ least: 1, most });

const taskShape = {
  required: ["Resource"],
  atMostOne: [
    ["TimeoutSeconds", "TimeoutSecondsPath"],
    ["HeartbeatSeconds", "HeartbeatSecondsPath"],
  ],
  fields: {
    ...anyState,
    ...going,
    ...paths,
    ...resulting,
    Parameters: field("parameters", objectTemplate, "JSONPath"),
    Arguments: field("parameters", template, "JSONata"),
    Resource: field("resource", resource),
    TimeoutSeconds: field("timeoutSeconds", seconds),
    TimeoutSecondsPath: field("timeoutSeconds", byPath(singlePath), "JSONPath"),
    HeartbeatSeconds: field("heartbeatSeconds", seconds),
    HeartbeatSecondsPath: field("heartbeatSeconds", byPath(singlePath), "JSONPath"),
    Credentials: field("roleArn", credentials),
  },
} as const;

export function task(object: JsonObject, place: Place, name: string): TaskState | undefined {
  const read = readFields(taskShape, object, place);
  const next = following(object, place);
  judgeHeartbeat(read.timeoutSeconds, read.heartbeatSeconds, place);
  if (read.roleArn !== undefined && read.resource !== undefined && isActivity(read.resource)) {
    report(place, "The field 'Credentials' is not supported for activities");
  }
  if (read.resource === undefined || next === undefined) return undefined;
  if (!suitsPolling(read.resource, object)) {
    return report(inField(place, "Resource"), notRecognized(read.resource), {
      value: read.resource,
      hint: "'.sync' of an SDK call needs the parameters 'Call' and 'Poll'",
    });
  }
  const { resource: called, ...rest } = read;
  return {
    type: "Task",
    name,
    queryLanguage: place.language,
    retry: [],
    catch: [],
    ...rest,
    resource: called,
    following: next,
  };
}

function judgeHeartbeat(
  timeout: Computed<number> | undefined,
  heartbeat: Computed<number> | undefined,
  place: Place,
): void {
  if (timeout?.kind !== "literal" || heartbeat?.kind !== "literal" || heartbeat.value < timeout.value) return;
  report(inField(place, "HeartbeatSeconds"), "HeartbeatSeconds must be smaller than TimeoutSeconds", {
    value: heartbeat.value,
    hint: `TimeoutSeconds is ${timeout.value}`,
  });
}

const arn = /^arn:[^:\s]+:[^:\s]+:[^:]*:[^:]*:.+$/s;
const integration = /^arn:[^:]+:states:[^:]*:[^:]*:(?!activity:)(?<service>[^:]+):(?<action>.+)$/s;

/** Services whose every call is request and response, or that nobody can call back. */
const neverSync = new Set(["lambda", "sns", "sqs", "dynamodb", "events", "apigateway", "http", "bedrockagentcore"]);
const neverToken = new Set([
  ...["athena", "batch", "codebuild", "elasticmapreduce", "emr-containers", "emr-serverless", "glue", "databrew"],
  ...["mediaconvert", "sagemaker", "dynamodb", "http", "bedrockagentcore"],
]);

function isActivity(source: string): boolean {
  return /^arn:[^:]+:states:[^:]*:[^:]*:activity:/.test(source);
}

function resource(value: Value, place: Place): string | undefined {
  const source = text(value, place);
  if (source === undefined) return undefined;
  if (!arn.test(source)) return report(place, "Value is not a valid resource ARN", { value });
  if (place.machine.type === "EXPRESS" && !suitsExpress(source, place)) return undefined;
  const { service = "", action = "" } = integration.exec(source)?.groups ?? {};
  const impossible =
    !/^[^.]*(?:\.sync(?::2)?|\.waitForTaskToken)?$/.test(action) ||
    (/\.sync(?::2)?$/.test(action) && neverSync.has(service)) ||
    (action.endsWith(".sync:2") && service !== "states") ||
    (action.endsWith(".waitForTaskToken") && neverToken.has(service));
  return impossible ? report(place, notRecognized(source), { value }) : source;
}

function notRecognized(source: string): string {
  return `The resource provided ${source} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`;
}

/** The service has no `.sync` for SDK calls; here they have one where the state says how to wait for the end. */
function suitsPolling(source: string, object: JsonObject): boolean {
  if (!/:aws-sdk:[^:]+:[^:]+\.sync$/.test(source)) return true;
  const given = property(object, "Parameters") ?? property(object, "Arguments");
  if (given === undefined || !isObject(given)) return false;
  const names = Object.keys(given).map((name) => name.replace(/\.\$$/, ""));
  return names.length === 2 && names.includes("Call") && names.includes("Poll");
}

function suitsExpress(source: string, place: Place): boolean {
  const pattern = /\.(?:sync|waitForTaskToken)(?=:2$|$)/.exec(source)?.[0];
  if (pattern !== undefined) {
    // The service's sentence ends in a blank, which shows where a place follows.
    report(place, `Express state machine does not support '${pattern}' service integration `, { value: source });
  } else if (isActivity(source)) {
    report(place, "Express state machine does not support Activity ARN", { value: source });
  } else return true;
  return false;
}

/** `Credentials`: only its RoleArn matters. */
function credentials(value: Value, place: Place): Computed<string> | undefined {
  if (!isObject(value)) return report(place, "Expected value of type [OBJECT]", { value });
  const literal = property(value, "RoleArn");
  if (literal !== undefined) return computedText()(literal, inField(place, "RoleArn"));
  const computed = property(value, "RoleArn.$");
  if (computed === undefined || place.language === "JSONata") {
    return report(place, "The field 'RoleArn' is required but was missing");
  }
  const found = query(computed, inField(place, "RoleArn.$"));
  return found === undefined ? undefined : { kind: "template", template: found };
}
