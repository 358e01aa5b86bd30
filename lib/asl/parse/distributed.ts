/** What only a distributed Map has: where its items come from, how they are put together, where results go. */
import type { ItemBatcher, ItemReader, ReaderConfig, ResultWriter, WriterConfig } from "../definition.ts";
import { isObject, property, type Value } from "../json.ts";
import { objectTemplate, singleInputPath, template } from "./compiled.ts";
import { field, type Reader, readObject } from "./fields.ts";
import { type Place, report } from "./place.ts";
import { byPath } from "./state-fields.ts";
import { computedNumber, list, oneOf, text } from "./values.ts";

const itemLimit = 100_000_000;
const batchBytes = 262_144;
const pointerLength = 2000;

const argumentFields = {
  Parameters: field("parameters", objectTemplate, "JSONPath"),
  Arguments: field("parameters", template, "JSONata"),
};

const readerConfigFields = {
  InputType: field("inputType", oneOf("CSV", "JSON", "JSONL", "PARQUET", "MANIFEST")),
  Transformation: field("transformation", oneOf("NONE", "LOAD_AND_FLATTEN")),
  ManifestType: field("manifestType", oneOf("ATHENA_DATA", "S3_INVENTORY")),
  ItemsPointer: field("itemsPointer", itemsPointer),
  MaxItems: field("maxItems", computedNumber({ least: 0, most: itemLimit })),
  MaxItemsPath: field("maxItems", byPath(singleInputPath), "JSONPath"),
};

const csvConfigFields = {
  ...readerConfigFields,
  CSVDelimiter: field("csvDelimiter", oneOf("COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB")),
  CSVHeaderLocation: field("csvHeaderLocation", oneOf("FIRST_ROW", "GIVEN")),
  CSVHeaders: field("csvHeaders", list(text, { empty: "refused" })),
};

function readerConfig(value: Value, place: Place): ReaderConfig | undefined {
  if (!isObject(value)) return report(place, "Expected value of type [OBJECT]", { value });
  const atMostOne = [["MaxItems", "MaxItemsPath"]] as const;
  const type = property(value, "InputType");
  if (type !== "CSV" && type !== "MANIFEST") return readObject({ fields: readerConfigFields, atMostOne }, value, place);
  const location = property(value, "CSVHeaderLocation");
  if (type === "CSV" && location === undefined) {
    return report(place, "The field 'CSVHeaderLocation' is required", { allowed: ["FIRST_ROW", "GIVEN"] });
  }
  const required = location === "GIVEN" ? (["CSVHeaders"] as const) : [];
  return readObject({ fields: csvConfigFields, atMostOne, required }, value, place);
}

function itemsPointer(value: Value, place: Place): string | undefined {
  const found = text(value, place);
  if (found === undefined) return undefined;
  if ((found === "" || found.startsWith("/")) && found.length < pointerLength) return found;
  return report(place, "Value is not a valid JSON Pointer", { value, hint: "begin it with '/'" });
}

const readerShape = {
  required: ["Resource"],
  fields: {
    ...argumentFields,
    Resource: field("resource", bucketAction("getObject", "listObjectsV2")),
    ReaderConfig: field("config", readerConfig),
  },
} as const;

export function itemReader(value: Value, place: Place): ItemReader | undefined {
  const read = readObject(readerShape, value, place);
  if (read?.resource === undefined) return undefined;
  return { config: {}, ...read, resource: read.resource };
}

const batcherShape = {
  atMostOne: [
    ["MaxItemsPerBatch", "MaxItemsPerBatchPath"],
    ["MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"],
  ],
  fields: {
    BatchInput: field("batchInput", template),
    MaxItemsPerBatch: field("maxItemsPerBatch", computedNumber({ least: 0 })),
    MaxItemsPerBatchPath: field("maxItemsPerBatch", byPath(singleInputPath), "JSONPath"),
    MaxInputBytesPerBatch: field("maxInputBytesPerBatch", computedNumber({ least: 0, most: batchBytes })),
    MaxInputBytesPerBatchPath: field("maxInputBytesPerBatch", byPath(singleInputPath), "JSONPath"),
  },
} as const;

const batcherLimits = Object.keys(batcherShape.fields).filter((key) => key.startsWith("Max"));

export function itemBatcher(value: Value, place: Place): ItemBatcher | undefined {
  const read = readObject(batcherShape, value, place);
  if (isObject(value) && !batcherLimits.some((key) => property(value, key) !== undefined)) {
    report(place, `This object should have at least one of the following fields: [${batcherLimits.join(", ")}]`);
  }
  return read;
}

const writerConfigShape = {
  required: ["Transformation", "OutputType"],
  fields: {
    Transformation: field("transformation", oneOf("NONE", "COMPACT", "FLATTEN")),
    OutputType: field("outputType", oneOf("JSON", "JSONL")),
  },
} as const;

function writerConfig(value: Value, place: Place): WriterConfig | undefined {
  const read = readObject(writerConfigShape, value, place);
  if (read?.transformation === undefined || read.outputType === undefined) return undefined;
  return { transformation: read.transformation, outputType: read.outputType };
}

const writerFields = {
  ...argumentFields,
  Resource: field("resource", bucketAction("putObject")),
  WriterConfig: field("config", writerConfig),
};

const resourceRequired = ["Resource"] as const;

export function resultWriter(value: Value, place: Place): ResultWriter | undefined {
  if (!isObject(value)) return report(place, "Expected value of type [OBJECT]", { value });
  const has = (key: string) => property(value, key) !== undefined;
  const given = place.language === "JSONata" ? "Arguments" : "Parameters";
  if (!has("Resource") && !has("WriterConfig")) {
    return report(place, "This object should have at least one of the following fields: [Resource, WriterConfig]");
  }
  if (has("Resource") && !has("Arguments") && !has("Parameters"))
    report(place, `These fields are required: [${given}]`);
  const read = readObject({ fields: writerFields, required: has(given) ? resourceRequired : [] }, value, place);
  return read === undefined ? undefined : { config: { transformation: "NONE", outputType: "JSON" }, ...read };
}

/** One of a few actions of S3. */
function bucketAction(...actions: readonly string[]): Reader<string> {
  const known = new RegExp(`^arn:[^:]+:states:[^:]*:[^:]*:s3:(?:${actions.join("|")})$`);
  return (value, place) => {
    const found = text(value, place);
    if (found === undefined || known.test(found)) return found;
    return report(place, "The field 'Resource' does not match any of the allowed values", {
      value,
      allowed: actions.map((action) => `arn:aws:states:::s3:${action}`),
    });
  };
}
