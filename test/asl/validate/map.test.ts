/** Map states, inline and distributed. */
import { describe, expect, test } from "vitest";
import { inner, type Json, type JsonObject, machineOf, told } from "../parsing.ts";

const distributed = { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" }, ...inner };
const oneOf = (fields: string, at = "") =>
  `There should only be one of the following fields: [${fields}] at /States/S${at}`;

function toldOf(more: JsonObject, machine: JsonObject = {}): readonly string[] {
  return told(machineOf({ Type: "Map", ItemProcessor: distributed, End: true, ...more }, machine));
}

test.each<[JsonObject, readonly string[]]>([
  [{ ItemsPath: "$.a", ItemSelector: { "v.$": "$$.Map.Item.Value" }, MaxConcurrency: 0 }, []],
  [{ ItemsPath: "$$.Execution.Input.a" }, []],
  [{ ItemsPath: "$list" }, []],
  [{ Parameters: { "v.$": "$$.Map.Item.Value" } }, []],
  [{ MaxConcurrencyPath: "$.n", ToleratedFailureCountPath: "$n", ToleratedFailurePercentagePath: "$.p" }, []],
  [{ Parameters: {}, ItemSelector: {} }, [oneOf("ItemSelector, Parameters")]],
  [{ Iterator: inner }, [oneOf("ItemProcessor, Iterator"), expect.stringContaining("Duplicate State name")]],
  [{ MaxConcurrency: 1, MaxConcurrencyPath: "$.n" }, [oneOf("MaxConcurrency, MaxConcurrencyPath")]],
  [{ MaxConcurrency: -1 }, ["Minimum value is 0 at /States/S/MaxConcurrency"]],
  [{ MaxConcurrency: 1.5 }, ["Expected value of type Integer at /States/S/MaxConcurrency"]],
  [{ ToleratedFailureCount: -1 }, ["Minimum value is 0 at /States/S/ToleratedFailureCount"]],
  [{ ToleratedFailurePercentage: -0.1 }, ["Minimum value is 0.0 at /States/S/ToleratedFailurePercentage"]],
  [{ ToleratedFailurePercentage: 100.5 }, ["Maximum value is 100.0 at /States/S/ToleratedFailurePercentage"]],
  [{ ToleratedFailurePercentage: 33.3 }, []],
  [{ MaxConcurrencyPath: "$$.Execution.Input.n" }, ["Value is not a Reference Path at /States/S/MaxConcurrencyPath"]],
  [{ MaxConcurrencyPath: "$.n[*]" }, ["Value is not a Reference Path at /States/S/MaxConcurrencyPath"]],
  [{ ItemSelector: "$.a" }, ["Expected value of type [OBJECT] at /States/S/ItemSelector"]],
])("%j", (more, expected) => {
  expect(toldOf(more)).toEqual(expected);
});

test("a number too great for JavaScript is still a number", () => {
  const text = JSON.stringify(machineOf({ Type: "Map", ItemProcessor: inner, MaxConcurrency: 1, End: true }));
  expect(told(JSON.parse(text.replace('"MaxConcurrency":1', '"MaxConcurrency":9223372036854775807')))).toEqual([]);
});

test("without a processor", () => {
  expect(told(machineOf({ Type: "Map", End: true }))).toEqual([
    "This object should have only one of the following fields: [ItemProcessor, Iterator] at /States/S",
  ]);
});

test.each<[Json, readonly string[]]>([
  [{ Mode: "INLINE" }, []],
  [{}, []],
  [{ Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" }, []],
  [{ Mode: "DISTRIBUTED" }, ["These fields are required: [ExecutionType] at "]],
  [
    { Mode: "DISTRIBUTED", ExecutionType: "FAST" },
    ["Value should be one of the following: [STANDARD, EXPRESS] at /ExecutionType"],
  ],
  [{ Mode: "INLINE", ExecutionType: "STANDARD" }, ["Field 'ExecutionType' is not supported at "]],
  [{ Mode: "LOCAL" }, ["Value should be one of the following: [INLINE, DISTRIBUTED] at /Mode"]],
])("ProcessorConfig %j", (ProcessorConfig, expected) => {
  const place = "/States/S/ItemProcessor/ProcessorConfig";
  const sentences = expected.map((sentence) => sentence.replace(" at ", ` at ${place}`));
  expect(toldOf({ ItemProcessor: { ...inner, ProcessorConfig } })).toEqual(sentences);
});

test.each([
  ["orders-2030_x", undefined],
  ["", "Label cannot be empty"],
  ["x".repeat(41), "Label cannot exceed 40 characters"],
  ["a b", "Label contains invalid character: ' '"],
  ["a\u0085", "Label contains invalid character: '\u0085'"],
])("Label %j", (Label, message) => {
  expect(toldOf({ Label })).toEqual(message === undefined ? [] : [`INVALID_LABEL_NAME: ${message} at /States/S/Label`]);
});

test("a Label twice", () => {
  const one = (processor: string): Json => ({
    Type: "Map",
    Label: "l",
    ItemProcessor: { ...distributed, StartAt: processor, States: { [processor]: { Type: "Succeed" } } },
  });
  const States = { A: { ...(one("I") as object), Next: "B" }, B: { ...(one("J") as object), End: true } };
  expect(told({ StartAt: "A", States })).toEqual(["DUPLICATE_LABEL_NAME: Duplicate Label name: l at /States/B/Label"]);
});

describe("ItemReader", () => {
  const Resource = "arn:aws:states:::s3:getObject";
  const Parameters = { Bucket: "b", "Key.$": "$.key" };

  test.each<[JsonObject, readonly string[]]>([
    [{ Resource, Parameters }, []],
    [{ Resource: "arn:aws:states:::s3:listObjectsV2", Parameters: { Bucket: "b" } }, []],
    [
      {
        Resource,
        Parameters,
        ReaderConfig: { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW", CSVDelimiter: "PIPE" },
      },
      [],
    ],
    [{ Resource, Parameters, ReaderConfig: { InputType: "CSV", CSVHeaderLocation: "GIVEN", CSVHeaders: ["a"] } }, []],
    [{ Resource, Parameters, ReaderConfig: { InputType: "JSON", ItemsPointer: "/a/b", MaxItems: 5 } }, []],
    [{ Resource, Parameters, ReaderConfig: { InputType: "JSON", MaxItemsPath: "$n" } }, []],
    [{ Resource, Parameters: { ...Parameters, VersionId: "v" }, ReaderConfig: { InputType: "PARQUET" } }, []],
    [{ Resource, Parameters, ReaderConfig: { InputType: "MANIFEST", ManifestType: "S3_INVENTORY" } }, []],
    [{ Parameters }, ["These fields are required: [Resource] at "]],
    [
      { Resource: "arn:aws:states:::s3:unknown", Parameters },
      ["The field 'Resource' does not match any of the allowed values at /Resource"],
    ],
    [
      { Resource, Parameters, ReaderConfig: { InputType: "XML" } },
      ["Value should be one of the following: [CSV, JSON, JSONL, PARQUET, MANIFEST] at /ReaderConfig/InputType"],
    ],
    [
      { Resource, Parameters, ReaderConfig: { InputType: "CSV" } },
      ["The field 'CSVHeaderLocation' is required at /ReaderConfig"],
    ],
    [
      { Resource, Parameters, ReaderConfig: { InputType: "CSV", CSVHeaderLocation: "GIVEN" } },
      ["These fields are required: [CSVHeaders] at /ReaderConfig"],
    ],
    [
      { Resource, Parameters, ReaderConfig: { InputType: "JSON", CSVHeaderLocation: "FIRST_ROW" } },
      ["Field 'CSVHeaderLocation' is not supported at /ReaderConfig"],
    ],
    [
      { Resource, Parameters, ReaderConfig: { MaxItems: 1, MaxItemsPath: "$.n" } },
      ["There should only be one of the following fields: [MaxItems, MaxItemsPath] at /ReaderConfig"],
    ],
    [
      { Resource, Parameters, ReaderConfig: { MaxItems: 100_000_001 } },
      ["Maximum value is 100000000 at /ReaderConfig/MaxItems"],
    ],
    [
      { Resource, Parameters, ReaderConfig: { ItemsPointer: "a" } },
      ["Value is not a valid JSON Pointer at /ReaderConfig/ItemsPointer"],
    ],
  ])("%j", (ItemReader, expected) => {
    expect(toldOf({ ItemReader })).toEqual(
      expected.map((one) => one.replace(/ at (?=\/|$)/, " at /States/S/ItemReader")),
    );
  });
});

test.each<[JsonObject, readonly string[]]>([
  [{ MaxItemsPerBatch: 10 }, []],
  [{ MaxInputBytesPerBatch: 262_144, BatchInput: { "a.$": "$.a" } }, []],
  [{ MaxItemsPerBatchPath: "$.n" }, []],
  [{ MaxInputBytesPerBatch: 262_145 }, ["Maximum value is 262144 at /MaxInputBytesPerBatch"]],
  [{ MaxItemsPerBatch: -1 }, ["Minimum value is 0 at /MaxItemsPerBatch"]],
  [
    { MaxItemsPerBatch: 1, MaxItemsPerBatchPath: "$.n" },
    ["There should only be one of the following fields: [MaxItemsPerBatch, MaxItemsPerBatchPath] at "],
  ],
  [
    { BatchInput: {} },
    [
      "This object should have at least one of the following fields: [MaxItemsPerBatch, MaxItemsPerBatchPath, MaxInputBytesPerBatch, MaxInputBytesPerBatchPath] at ",
    ],
  ],
])("ItemBatcher %j", (ItemBatcher, expected) => {
  expect(toldOf({ ItemBatcher })).toEqual(
    expected.map((one) => one.replace(/ at (?=\/|$)/, " at /States/S/ItemBatcher")),
  );
});

describe("ResultWriter", () => {
  const Resource = "arn:aws:states:::s3:putObject";
  const WriterConfig = { Transformation: "COMPACT", OutputType: "JSONL" };

  test.each<[JsonObject, readonly string[]]>([
    [{ Resource, Parameters: { "Bucket.$": "$.b", Prefix: "p" } }, []],
    [{ Resource, Parameters: { Bucket: "b" }, WriterConfig }, []],
    [{ WriterConfig }, []],
    [{}, ["This object should have at least one of the following fields: [Resource, WriterConfig] at "]],
    [{ Resource }, ["These fields are required: [Parameters] at "]],
    [{ Parameters: { Bucket: "b" }, WriterConfig }, ["These fields are required: [Resource] at "]],
    [{ WriterConfig: { Transformation: "COMPACT" } }, ["These fields are required: [OutputType] at /WriterConfig"]],
    [
      { WriterConfig: { ...WriterConfig, Transformation: "ZIP" } },
      ["Value should be one of the following: [NONE, COMPACT, FLATTEN] at /WriterConfig/Transformation"],
    ],
    [
      { Resource: "arn:aws:states:::s3:getObject", Parameters: { Bucket: "b" } },
      ["The field 'Resource' does not match any of the allowed values at /Resource"],
    ],
    [
      { Resource, Parameters: { Bucket: "b" }, Arguments: { Bucket: "b" } },
      [
        "The QueryLanguage is set to 'JSONPath', but field 'Arguments' is only supported for the 'JSONata' QueryLanguage at ",
      ],
    ],
  ])("%j", (ResultWriter, expected) => {
    expect(toldOf({ ResultWriter })).toEqual(
      expected.map((one) => one.replace(/ at (?=\/|$)/, " at /States/S/ResultWriter")),
    );
  });
});

test.each<[Json, readonly string[]]>([
  ["{% $states.input.a %}", []],
  [[1, "{% 2 %}"], []],
  [{ a: 1 }, []],
  ["$.a", ["Expected value of type [ARRAY] at /States/S/Items"]],
  [7, ["Expected value of type [ARRAY] at /States/S/Items"]],
])("JSONata Items %j", (Items, expected) => {
  expect(toldOf({ Items }, { QueryLanguage: "JSONata" })).toEqual(expected);
});

test("under JSONata every number may be an expression, and no …Path is", () => {
  const machine = { QueryLanguage: "JSONata" };
  const number = "{% 1 %}";
  const all = { MaxConcurrency: number, ToleratedFailureCount: number, ToleratedFailurePercentage: number };
  const reader = {
    Resource: "arn:aws:states:::s3:getObject",
    Arguments: "{% {} %}",
    ReaderConfig: { MaxItems: number },
  };
  const batcher = { MaxItemsPerBatch: number, MaxInputBytesPerBatch: number };
  expect(toldOf({ ...all, ItemReader: reader, ItemBatcher: batcher }, machine)).toEqual([]);
  expect(toldOf({ ItemBatcher: { MaxItemsPerBatchPath: "$.n" } }, machine)).toEqual([
    "The QueryLanguage is set to 'JSONata', but field 'MaxItemsPerBatchPath' is only supported for the 'JSONPath' QueryLanguage at /States/S/ItemBatcher",
  ]);
});
