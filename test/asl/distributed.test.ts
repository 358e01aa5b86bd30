/**
 * Distributed Maps from bytes to bytes: what readers make of files, manifests and listings, and what
 * writers make of results.
 */
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { type ChildResult, shapeResults, writeResults } from "../../lib/asl/distributed/results.ts";
import { simulate } from "../../lib/asl/simulate.ts";
import { machine } from "./states/stepping.ts";

const echo = { StartAt: "A", States: { A: { Type: "Pass", End: true } } };
const config = { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" } };
const getObject = "arn:aws:states:::s3:getObject";
const list = "arn:aws:states:::s3:listObjectsV2";

function map(fields: object) {
  return { M: { Type: "Map", ItemProcessor: { ...config, ...echo }, End: true, ...fields } };
}

function reading(ReaderConfig: object, given: object, Resource = getObject, more: object = {}) {
  return map({ ItemReader: { Resource, ReaderConfig, Parameters: { Bucket: "b", ...given } }, ...more });
}

const inventory = {
  sourceBucket: "b",
  destinationBucket: "arn:aws:s3:::inventories",
  fileFormat: "CSV",
  fileSchema: "Bucket, Key, Size",
  files: [{ key: "one.csv.gz" }, { key: "two.csv" }],
};

const objects = {
  b: {
    "a.json": gzipSync('[{"x":1.0}]'),
    "bytes.jsonl": new TextEncoder().encode('{"ü":1}\n'),
    "damaged.json": Uint8Array.from([0x1f, 0x8b, 1, 2, 3]),
    "zstd.json": Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0]),
    "bad.jsonl": '{"x":1}\n{"x":\n',
    "map.json": '{"b":{"v":1},"2":{"v":2},"a":{"v":3}}',
    "deep.json": '{"a/b":{"m~n":[7,8]},"list":[[1],[2,3]]}',
    "inventory.json": JSON.stringify(inventory),
    "athena.csv": "s3://b/parts/1.jsonl\ns3://b/parts/2.jsonl.gz\n",
    "parts/1.jsonl": '{"n":1}\n',
    "parts/2.jsonl.gz": gzipSync('{"n":2}\n{"n":3}\n'),
    "broken.json": "{",
    "inflates.zst": Buffer.from("KLUv/SATmQAAW3sieCI6MS4wfSx7IngiOjJ9XQ==", "base64"),
    "rows.parquet": new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: "name", data: ["tea", "milk", null] },
          { name: "count", data: [1n, 2n ** 60n + 1n, 3n], type: "INT64" },
          { name: "price", data: [1.5, 2, 0], type: "DOUBLE" },
        ],
      }),
    ),
    parquet: "PAR1",
    "cut.parquet": Buffer.from("PAR1 and nothing more PAR1"),
  },
  inventories: {
    "one.csv.gz": gzipSync('"b","k1","10"\n'),
    "two.csv": '"b","k2","20"\n"b","k3","30"\n',
  },
};

describe("what is in files", () => {
  test.each([
    ["GZIP", { InputType: "JSON" }, { Key: "a.json" }, '[{"x":1.0}]'],
    ["bytes", { InputType: "JSONL" }, { Key: "bytes.jsonl" }, '[{"ü":1}]'],
    ["a damaged GZIP", { InputType: "JSON" }, { Key: "damaged.json" }, "cannot be inflated"],
    ["ZSTD", { InputType: "JSON" }, { Key: "inflates.zst" }, '[{"x":1.0},{"x":2}]'],
    ["a damaged ZSTD", { InputType: "JSON" }, { Key: "zstd.json" }, "cannot be inflated"],
    [
      "Parquet",
      { InputType: "PARQUET" },
      { Key: "rows.parquet" },
      '[{"name":"tea","count":1,"price":1.5},{"name":"milk","count":1152921504606846977,"price":2},{"name":null,"count":3,"price":0}]',
    ],
    ["a damaged Parquet file", { InputType: "PARQUET" }, { Key: "cut.parquet" }, "is not a Parquet file"],
    [
      "the beginning of a Parquet file",
      { InputType: "PARQUET", MaxItems: 1 },
      { Key: "rows.parquet" },
      '[{"name":"tea","count":1,"price":1.5}]',
    ],
    ["a line that is no JSON", { InputType: "JSONL" }, { Key: "bad.jsonl" }, 'Invalid JSON in line: {"x":'],
    ["no JSON", { InputType: "JSON" }, { Key: "broken.json" }, "Invalid JSON"],
    [
      "an object, in its order",
      { InputType: "JSON" },
      { Key: "map.json" },
      '[{"Key":"b","Value":{"v":1}},{"Key":"2","Value":{"v":2}},{"Key":"a","Value":{"v":3}}]',
    ],
    ["a pointer with escapes", { InputType: "JSON", ItemsPointer: "/a~1b/m~0n" }, { Key: "deep.json" }, "[7,8]"],
    ["a pointer with an index", { InputType: "JSON", ItemsPointer: "/list/1" }, { Key: "deep.json" }, "[2,3]"],
    ["a pointer to nothing", { InputType: "JSON", ItemsPointer: "/list/01" }, { Key: "deep.json" }, "non-iterable"],
    ["a pointer past the end", { InputType: "JSON", ItemsPointer: "/list/-" }, { Key: "deep.json" }, "non-iterable"],
    [
      "an S3 inventory",
      { InputType: "MANIFEST", ManifestType: "S3_INVENTORY" },
      { Key: "inventory.json" },
      '[{"Bucket":"b","Key":"k1","Size":"10"},{"Bucket":"b","Key":"k2","Size":"20"},{"Bucket":"b","Key":"k3","Size":"30"}]',
    ],
    [
      "the beginning of one",
      { InputType: "MANIFEST", ManifestType: "S3_INVENTORY", MaxItems: 2 },
      { Key: "inventory.json" },
      '[{"Bucket":"b","Key":"k1","Size":"10"},{"Bucket":"b","Key":"k2","Size":"20"}]',
    ],
    [
      "Athena's manifest",
      { InputType: "JSONL", ManifestType: "ATHENA_DATA" },
      { Key: "athena.csv" },
      '[{"n":1},{"n":2},{"n":3}]',
    ],
    ["no manifest", { InputType: "MANIFEST", ManifestType: "S3_INVENTORY" }, { Key: "map.json" }, "is not a manifest"],
    [
      "no manifest of Athena's",
      { InputType: "JSONL", ManifestType: "ATHENA_DATA" },
      { Key: "map.json" },
      "is not a manifest",
    ],
    ["what is no Parquet file", { InputType: "PARQUET" }, { Key: "parquet" }, "is not a Parquet file"],
    [
      "PARQUET with VersionId",
      { InputType: "PARQUET" },
      { Key: "parquet", VersionId: "1" },
      "VersionId is not supported",
    ],
  ])("%s", async (_, reader, given, expected) => {
    const result = await simulate(machine(reading(reader, given)), "{}", { objects });
    if (result.status === "SUCCEEDED") expect(result.output).toBe(expected);
    else {
      expect(result.failure?.error).toBe("States.ItemReaderFailed");
      expect(result.failure?.cause).toContain(expected);
    }
  });
});

describe("the members of an object", () => {
  const ItemSelector = { "pair.$": "States.Array($$.Map.Item.Key, $$.Map.Item.Value)" };
  const inline = { ItemProcessor: echo };
  const pairs = '[{"Key":"b","Value":1},{"Key":"a","Value":[]}]';

  test.each([
    ["are pairs", { ItemsPath: "$.o" }, pairs],
    ["in JSONata, too", { QueryLanguage: "JSONata", Items: "{% $states.input.o %}" }, pairs],
    ["as ItemSelector sees them", { ItemsPath: "$.o", ItemSelector }, '[{"pair":["b",1]},{"pair":["a",[]]}]'],
    ["are no items of an inline Map", { ItemsPath: "$.o", ...inline }, 'Reference path "$.o" must point to array.'],
  ])("%s", async (_, fields, expected) => {
    const result = await simulate(machine(map(fields)), '{"o":{"b":1,"a":[]}}');
    expect(result.output ?? result.failure?.cause).toContain(expected);
  });
});

describe("the objects of a bucket", () => {
  const listing = (ReaderConfig: object | undefined, more: object = {}) =>
    map({
      ItemReader: {
        Resource: list,
        Parameters: { Bucket: "b", Prefix: "parts/" },
        ...(ReaderConfig && { ReaderConfig }),
      },
      ...more,
    });

  test("are the items", async () => {
    const result = await simulate(machine(listing(undefined)), "{}", { objects, clock: Date.UTC(2025, 0, 1) });
    expect(JSON.parse(result.output ?? "")).toEqual([
      { Etag: '"parts/1.jsonl"', Key: "parts/1.jsonl", LastModified: 1_735_689_600, Size: 8, StorageClass: "STANDARD" },
      expect.objectContaining({ Key: "parts/2.jsonl.gz" }),
    ]);
  });

  test("or what is in them, with where it came from", async () => {
    const flat = { InputType: "JSONL", Transformation: "LOAD_AND_FLATTEN" };
    const ItemSelector = { "n.$": "$$.Map.Item.Value.n", "from.$": "$$.Map.Item.Source" };
    const result = await simulate(machine(listing(flat, { ItemSelector })), "{}", { objects });
    expect(JSON.parse(result.output ?? "")).toEqual([
      { n: 1, from: "S3://b/parts/1.jsonl" },
      { n: 2, from: "S3://b/parts/2.jsonl.gz" },
      { n: 3, from: "S3://b/parts/2.jsonl.gz" },
    ]);
  });

  test("say their bucket as their source", async () => {
    const selected = listing({ MaxItems: 1 }, { ItemSelector: { "from.$": "$$.Map.Item.Source" } });
    expect((await simulate(machine(selected), "{}", { objects })).output).toBe('[{"from":"S3://b"}]');
  });
});

describe("results", () => {
  const noon = Date.UTC(2025, 0, 1, 12);
  const child = (name: string, end: ChildResult["end"]): ChildResult => ({
    executionArn: `arn:e:${name}`,
    name,
    stateMachineArn: "arn:m/label",
    input: '{"i":1}',
    startedAt: noon,
    end,
  });
  const succeeded = (output: string) => child("s", { status: "SUCCEEDED", output, stoppedAt: noon + 1500 });
  const failed = child("f", { status: "FAILED", failure: { error: "E", cause: "c" }, stoppedAt: noon });
  const pending = child("p", { status: "PENDING" });
  const writer = { resource: "arn:aws:states:::s3:putObject", arguments: '{"Bucket":"out","Prefix":"runs"}' };
  const run = { arn: "arn:aws:states:us-east-1:123456789012:mapRun:m/label:uuid-1", writer };

  test.each([
    ["COMPACT", "JSON", '[{"a":1.0},[1,2]]'],
    ["COMPACT", "JSONL", '{"a":1.0}\n[1,2]\n'],
    ["FLATTEN", "JSON", '[{"a":1.0},1,2]'],
    ["FLATTEN", "JSONL", '{"a":1.0}\n1\n2\n'],
  ] as const)("%s as %s", (transformation, outputType, body) => {
    const children = [succeeded('{"a":1.0}'), succeeded("[1,2]")];
    const { files } = writeResults(run, { transformation, outputType }, children);
    const extension = outputType.toLowerCase();
    expect(files.map((file) => file.key)).toEqual([
      "runs/uuid-1/manifest.json",
      `runs/uuid-1/SUCCEEDED_0.${extension}`,
    ]);
    expect(files[1]?.body).toBe(body);
    if (outputType === "JSON") expect(shapeResults({ transformation, outputType }, children)).toBe(body);
  });

  test("failed and pending children are written in full, whatever the transformation", () => {
    const { bucket, files, result } = writeResults(run, { transformation: "FLATTEN", outputType: "JSON" }, [
      succeeded("1"),
      failed,
      pending,
    ]);
    expect(bucket).toBe("out");
    const [manifest, ...others] = files.map((file) => JSON.parse(file.body));
    expect(manifest).toEqual({
      DestinationBucket: "out",
      MapRunArn: run.arn,
      ResultFiles: {
        FAILED: [{ Key: "runs/uuid-1/FAILED_0.json", Size: files[1]?.body.length }],
        PENDING: [{ Key: "runs/uuid-1/PENDING_0.json", Size: files[2]?.body.length }],
        SUCCEEDED: [{ Key: "runs/uuid-1/SUCCEEDED_0.json", Size: 3 }],
      },
    });
    expect(others[0]).toEqual([
      {
        Cause: "c",
        Error: "E",
        ExecutionArn: "arn:e:f",
        Input: '{"i":1}',
        InputDetails: { Included: true },
        Name: "f",
        RedriveCount: 0,
        RedriveStatus: "REDRIVABLE",
        StartDate: "2025-01-01T12:00:00Z",
        StateMachineArn: "arn:m/label",
        Status: "FAILED",
        StopDate: "2025-01-01T12:00:00Z",
      },
    ]);
    expect(others[1][0]).toMatchObject({ Status: "PENDING", Name: "p" });
    // It has not begun.
    expect(others[1][0]).not.toHaveProperty("StartDate");
    expect(JSON.parse(result)).toEqual({
      MapRunArn: run.arn,
      ResultWriterDetails: { Bucket: "out", Key: "runs/uuid-1/manifest.json" },
    });
  });

  test("NONE tells all of a child that succeeded", () => {
    const [one] = JSON.parse(
      shapeResults({ transformation: "NONE", outputType: "JSON" }, [succeeded('{"a":1}'), failed]),
    );
    expect(Object.keys(one)).toEqual(Object.keys(one).sort());
    expect(one).toMatchObject({
      Status: "SUCCEEDED",
      Output: '{"a":1}',
      OutputDetails: { Included: true },
      RedriveStatus: "NOT_REDRIVABLE",
      RedriveStatusReason: "Execution is SUCCEEDED and cannot be redriven",
      StopDate: "2025-01-01T12:00:01.500Z",
    });
  });

  test("a simulated Map writes them, and its result says where", async () => {
    const ResultWriter = {
      Resource: writer.resource,
      Parameters: { Bucket: "out", Prefix: "p" },
      WriterConfig: { Transformation: "COMPACT", OutputType: "JSON" },
    };
    const states = map({ ItemsPath: "$", ResultWriter, ResultSelector: { "where.$": "$.ResultWriterDetails" } });
    const result = await simulate(machine(states), "[1,2]");
    const [manifest, file] = result.written;
    expect(JSON.parse(result.output ?? "")).toEqual({ where: { Bucket: "out", Key: manifest?.key } });
    expect(file).toMatchObject({ bucket: "out", body: "[1,2]" });
  });

  test("without a Resource they stay in the state", async () => {
    const ResultWriter = { WriterConfig: { Transformation: "FLATTEN", OutputType: "JSON" } };
    const states = map({ ItemsPath: "$", ResultWriter });
    expect((await simulate(machine(states), "[[1,2],3]")).output).toBe("[1,2,3]");
  });
});
