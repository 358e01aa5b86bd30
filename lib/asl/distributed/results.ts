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
  /** Absent: never redriven. */
  readonly redriveCount?: number;
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

/** A file of results, as the manifest lists it. */
export interface ListedFile {
  readonly kind: ResultKind;
  readonly key: string;
  /** In bytes. */
  readonly size: number;
}

export interface Written {
  readonly bucket: string;
  readonly files: readonly ResultFile[];
  /** The result of the state. */
  readonly result: JsonText;
}

export const resultKinds = ["FAILED", "PENDING", "SUCCEEDED"] as const;

export type ResultKind = (typeof resultKinds)[number];

type WritingRun = MapRun & { readonly writer: NonNullable<MapRun["writer"]> };

/** With a Resource: manifest.json and a file for each kind of end there was, under the Map Run's own id. */
export function writeResults(run: WritingRun, config: WriterConfig, children: readonly ChildResult[]): Written {
  const files = resultKinds.flatMap((kind) => {
    const mine = children.filter((child) => resultKindOf(child) === kind);
    if (mine.length === 0) return [];
    const body = resultBody(resultRecords(mine, config.transformation), config);
    return [{ kind, key: resultKey(run, config, kind, 0), body }];
  });
  const manifest = manifestOf(
    run,
    files.map(({ kind, key, body }) => ({ kind, key, size: Buffer.byteLength(body) })),
  );
  return {
    bucket: bucketOf(run),
    files: [manifest, ...files.map(({ key, body }) => ({ key, body }))],
    result: writtenResult(run),
  };
}

/** Files are numbered from 0 for each kind of end. */
export function resultKey(run: WritingRun, { outputType }: WriterConfig, kind: ResultKind, number: number): string {
  return `${folderOf(run)}/${kind}_${number}.${outputType === "JSONL" ? "jsonl" : "json"}`;
}

export function manifestOf(run: WritingRun, files: readonly ListedFile[]): ResultFile {
  const listed = resultKinds.map((kind): [string, Value] => [
    kind,
    files.filter((file) => file.kind === kind).map(({ key, size }) => ({ Key: key, Size: size })),
  ]);
  const manifest = { DestinationBucket: bucketOf(run), MapRunArn: run.arn, ResultFiles: objectOf(listed) };
  return { key: manifestKey(run), body: writeJson(manifest) };
}

/** What the state says instead of the results. */
export function writtenResult(run: WritingRun): JsonText {
  return writeJson({ MapRunArn: run.arn, ResultWriterDetails: { Bucket: bucketOf(run), Key: manifestKey(run) } });
}

export function bucketOf({ writer }: WritingRun): string {
  return destination(writer.arguments).bucket;
}

function manifestKey(run: WritingRun): string {
  return `${folderOf(run)}/manifest.json`;
}

function folderOf({ writer, arn }: WritingRun): string {
  const { prefix } = destination(writer.arguments);
  return `${prefix === "" ? "" : `${prefix.replace(/\/$/, "")}/`}${arn.slice(arn.lastIndexOf(":") + 1)}`;
}

/** Without one, the results stay in the state, in the form that its WriterConfig names. */
export function shapeResults(config: WriterConfig, children: readonly ChildResult[]): JsonText {
  const succeeded = children.filter((child) => resultKindOf(child) === "SUCCEEDED");
  return `[${resultRecords(succeeded, config.transformation).join(",")}]`;
}

function destination(given: JsonText): { readonly bucket: string; readonly prefix: string } {
  const value = parseJson(given);
  const text = (member: string): string => {
    const found = isObject(value) ? property(value, member) : undefined;
    return typeof found === "string" ? found : "";
  };
  return { bucket: text("Bucket"), prefix: text("Prefix") };
}

export function resultKindOf({ end }: ChildResult): ResultKind {
  return end.status === "SUCCEEDED" || end.status === "PENDING" ? end.status : "FAILED";
}

export function resultBody(records: readonly JsonText[], config: WriterConfig): string {
  const { before, after, end } = resultMarks(config);
  const [first, ...others] = records.map((one) => one + after);
  return first === undefined ? before.first + end : [before.first + first, ...others].join(before.other) + end;
}

/** What stands around the records of a file, for those who write it bit by bit. */
export function resultMarks({ outputType }: WriterConfig) {
  return outputType === "JSONL"
    ? ({ before: { first: "", other: "" }, after: "\n", end: "" } as const)
    : ({ before: { first: "[", other: "," }, after: "", end: "]" } as const);
}

/** Failed and pending children are written as NONE, whatever the transformation. */
export function resultRecords(
  children: readonly ChildResult[],
  transformation: WriterConfig["transformation"],
): readonly JsonText[] {
  return children.flatMap((child) => {
    if (child.end.status !== "SUCCEEDED" || transformation === "NONE") return [writeJson(recordOf(child))];
    const { output } = child.end;
    const value = transformation === "FLATTEN" ? parseJson(output) : undefined;
    return isArray(value) ? value.map(writeJson) : [output];
  });
}

/** Members in alphabetical order, as the documentation's examples have them. */
function recordOf(child: ChildResult): Value {
  const { executionArn, name, stateMachineArn, input, startedAt, redriveCount = 0, end } = child;
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
    ["RedriveCount", redriveCount],
    ["RedriveStatus", "failure" in end ? "REDRIVABLE" : "NOT_REDRIVABLE"],
    ["RedriveStatusReason", end.status === "SUCCEEDED" ? "Execution is SUCCEEDED and cannot be redriven" : undefined],
    ["StartDate", end.status === "PENDING" ? undefined : writeTimestamp(startedAt)],
    ["StateMachineArn", stateMachineArn],
    ["Status", end.status],
    ["StopDate", end.status === "PENDING" ? undefined : writeTimestamp(end.stoppedAt)],
  ];
  return objectOf(members.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])));
}
