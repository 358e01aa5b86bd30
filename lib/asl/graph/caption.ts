/** What a state does in a few words, for the line beneath its name; a state that is written wrongly has fewer. */
import { isNumber, isObject, type JsonObject, property, toNumber, type Value, writeJson } from "../json.ts";
import { readResource } from "../states/resource.ts";

const captions: Readonly<Record<string, (state: JsonObject) => string>> = {
  Task: taskCaption,
  Wait: waitCaption,
  Map: mapCaption,
  Fail: failCaption,
};

export function captionOf(state: JsonObject): string {
  const type = property(state, "Type");
  return typeof type === "string" && Object.hasOwn(captions, type) ? (captions[type]?.(state) ?? "") : "";
}

function taskCaption(state: JsonObject): string {
  const written = property(state, "Resource");
  if (typeof written !== "string") return "";
  const resource = readResource(written);
  if (resource.family === "LambdaFunction") return `lambda ${functionName(resource.arn)}`;
  if (resource.family === "Activity") return `activity ${lastOf(resource.arn)}`;
  const [action = "", ...pattern] = resource.resource.split(".");
  const target = targetOf(state);
  const called = resource.resourceType === "lambda" && target ? "lambda" : `${resource.resourceType}:${action}`;
  return [called, target, patternWords(pattern.join("."))].filter(Boolean).join(" ");
}

/** Of a resource that is no ARN, the whole: a placeholder reads as it is written. */
function functionName(arn: string): string {
  const [, name] = /:function:([^:]+(?::[^:]+)?)$/.exec(arn) ?? [];
  return name ?? arn;
}

/** The parameter that says which one of the service's things is meant. */
const targets = ["FunctionName", "StateMachineArn", "QueueUrl", "TopicArn", "TableName", "Bucket", "ApiEndpoint"];

function targetOf(state: JsonObject): string | undefined {
  const given = property(state, "Parameters") ?? property(state, "Arguments");
  if (!isObject(given)) return undefined;
  const found = targets.map((name) => property(given, name)).find((value) => typeof value === "string");
  return typeof found === "string" ? (found.split(/[:/]/).at(-1) ?? found) : undefined;
}

function patternWords(pattern: string): string {
  if (pattern === "waitForTaskToken") return "by token";
  return pattern.startsWith("sync") ? "to its end" : "";
}

function waitCaption(state: JsonObject): string {
  const seconds = property(state, "Seconds");
  if (isNumber(seconds)) return secondsText(toNumber(seconds));
  const found = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"]
    .map((field) => [field, property(state, field)] as const)
    .find(([, value]) => typeof value === "string");
  if (found === undefined) return "";
  const [field, value] = found;
  return `${field.startsWith("Seconds") ? "" : "until "}${bare(value ?? "")}${field.startsWith("Seconds") ? " s" : ""}`;
}

const units = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
] as const;

/** 90 s, 15 min, 3 d: the largest unit that goes evenly. */
function secondsText(seconds: number): string {
  const even = units.find(([, length]) => seconds >= length && seconds % length === 0);
  return even === undefined ? `${seconds} s` : `${seconds / even[1]} ${even[0]}`;
}

function mapCaption(state: JsonObject): string {
  const path = property(state, "ItemsPath") ?? property(state, "Items");
  const reader = property(state, "ItemReader");
  const read = isObject(reader) ? "each item of a file" : undefined;
  const items = read ?? (path === undefined ? "each item" : `each of ${bare(path)}`);
  const most = property(state, "MaxConcurrency") ?? property(state, "MaxConcurrencyPath");
  const together = most === undefined || most === 0 ? "" : `, ${bare(most)} at a time`;
  return `${items}${together}${isDistributed(state) ? ", each an execution" : ""}`;
}

function isDistributed(state: JsonObject): boolean {
  const processor = property(state, "ItemProcessor");
  const config = isObject(processor) ? property(processor, "ProcessorConfig") : undefined;
  return isObject(config) && property(config, "Mode") === "DISTRIBUTED";
}

function failCaption(state: JsonObject): string {
  const error = property(state, "Error") ?? property(state, "ErrorPath");
  return error === undefined ? "" : bare(error);
}

/** A string without quotes, an expression without its braces. */
function bare(value: Value): string {
  if (typeof value !== "string") return writeJson(value);
  return (/^\{%([\s\S]*)%\}$/.exec(value)?.[1] ?? value).trim();
}

function lastOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(":") + 1);
}
