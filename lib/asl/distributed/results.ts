/**
 * ResultWriter: which files the results of a Map Run become, and what the state says instead of them.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
 */
import type { WriterConfig } from "../definition.ts";
import { writeTimestamp } from "../evaluate/timestamp.ts";
import { isArray, isObject, type JsonText, objectOf, parseJson, property, type Value, writeJson } from "../json.ts";
import type { Failure, Instant, MapRun } from "../position.ts";

/** A child execution of a Map Run, as its results show it. */
export interface ChildResult {
  readonly executionArn: string;
  readonly name: string;
  readonly stateMachineArn: string;
  readonly input: JsonText;
  readonly startedAt: Instant;
  readonly end: ChildEnd;
}

export type ChildEnd =
  | { readonly status: "SUCCEEDED"; readonly output: JsonText; readonly stoppedAt: Instant }
  | { readonly status: "FAILED" | "TIMED_OUT" | "ABORTED"; readonly failure: Failure; readonly stoppedAt: Instant }
  /** Not started, or still running, when the Map Run ended. */
  | { readonly status: "PENDING" };

export interface ResultFile {
  readonly key: string;
  readonly body: string;
}

export interface Written {
  readonly bucket: string;
  readonly files: readonly ResultFile[];
  /** The result of the state. */
  readonly result: JsonText;
}

const groups = ["FAILED", "PENDING", "SUCCEEDED"] as const;

/** With a Resource: manifest.json and a file for each kind of end there was, under the Map Run's own id. */
export function writeResults(
  run: MapRun & { readonly writer: NonNullable<MapRun["writer"]> },
  config: WriterConfig,
  children: readonly ChildResult[],
): Written {
  const { bucket, prefix } = destination(run.writer.arguments);
  const folder = `${prefix === "" ? "" : `${prefix.replace(/\/$/, "")}/`}${run.arn.slice(run.arn.lastIndexOf(":") + 1)}`;
  const files = groups.flatMap((group) => {
    const mine = children.filter((child) => groupOf(child) === group);
    if (mine.length === 0) return [];
    const extension = config.outputType === "JSONL" ? "jsonl" : "json";
    return [{ group, key: `${folder}/${group}_0.${extension}`, body: bodyOf(mine, config) }];
  });
  const listed = groups.map((group): [string, Value] => [
    group,
    files.filter((file) => file.group === group).map(({ key, body }) => ({ Key: key, Size: Buffer.byteLength(body) })),
  ]);
  const manifest = { DestinationBucket: bucket, MapRunArn: run.arn, ResultFiles: objectOf(listed) };
  const key = `${folder}/manifest.json`;
  return {
    bucket,
    files: [{ key, body: writeJson(manifest) }, ...files.map(({ key: name, body }) => ({ key: name, body }))],
    result: writeJson({ MapRunArn: run.arn, ResultWriterDetails: { Bucket: bucket, Key: key } }),
  };
}

/** Without one, the results stay in the state, in the form that its WriterConfig names. */
export function shapeResults(config: WriterConfig, children: readonly ChildResult[]): JsonText {
  const succeeded = children.filter((child) => groupOf(child) === "SUCCEEDED");
  return `[${recordsOf(succeeded, config.transformation).join(",")}]`;
}

function destination(given: JsonText): { readonly bucket: string; readonly prefix: string } {
  const value = parseJson(given);
  const text = (member: string): string => {
    const found = isObject(value) ? property(value, member) : undefined;
    return typeof found === "string" ? found : "";
  };
  return { bucket: text("Bucket"), prefix: text("Prefix") };
}

function groupOf({ end }: ChildResult): (typeof groups)[number] {
  return end.status === "SUCCEEDED" || end.status === "PENDING" ? end.status : "FAILED";
}

function bodyOf(children: readonly ChildResult[], config: WriterConfig): string {
  const records = recordsOf(children, config.transformation);
  return config.outputType === "JSONL" ? records.map((one) => `${one}\n`).join("") : `[${records.join(",")}]`;
}

/** Failed and pending children are written as NONE, whatever the transformation. */
function recordsOf(children: readonly ChildResult[], transformation: WriterConfig["transformation"]): JsonText[] {
  return children.flatMap((child) => {
    if (child.end.status !== "SUCCEEDED" || transformation === "NONE") return [writeJson(recordOf(child))];
    const { output } = child.end;
    const value = transformation === "FLATTEN" ? parseJson(output) : undefined;
    return isArray(value) ? value.map(writeJson) : [output];
  });
}

/** Members in alphabetical order, as the documentation's examples have them. */
function recordOf({ executionArn, name, stateMachineArn, input, startedAt, end }: ChildResult): Value {
  const included = { Included: true };
  const failure = "failure" in end ? end.failure : {};
  const members: readonly (readonly [string, Value | undefined])[] = [
    ["Cause", failure.cause],
    ["Error", failure.error],
    ["ExecutionArn", executionArn],
    ["Input", input],
    ["InputDetails", included],
    ["Name", name],
    ["Output", end.status === "SUCCEEDED" ? end.output : undefined],
    ["OutputDetails", end.status === "SUCCEEDED" ? included : undefined],
    ["RedriveCount", 0],
    ["RedriveStatus", "failure" in end ? "REDRIVABLE" : "NOT_REDRIVABLE"],
    ["RedriveStatusReason", end.status === "SUCCEEDED" ? "Execution is SUCCEEDED and cannot be redriven" : undefined],
    ["StartDate", writeTimestamp(startedAt)],
    ["StateMachineArn", stateMachineArn],
    ["Status", end.status],
    ["StopDate", end.status === "PENDING" ? undefined : writeTimestamp(end.stoppedAt)],
  ];
  return objectOf(members.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])));
}
