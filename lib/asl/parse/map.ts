/** Map states: the items, the processor and the numbers. What only the distributed mode has is `distributed.ts`. */
import type { Branch, Computed, Distributed, MapState } from "../definition.ts";
import { isExpression } from "../evaluate/expression.ts";
import type { Template } from "../evaluate/template.ts";
import { isArray, isObject, type JsonObject, property, type Value } from "../json.ts";
import { objectTemplate, singleInputPath, singlePath, template } from "./compiled.ts";
import { container } from "./container.ts";
import { itemBatcher, itemReader, resultWriter } from "./distributed.ts";
import { elsewhere, field, readFields, readObject } from "./fields.ts";
import { inField, type Place, report, reportAt } from "./place.ts";
import { anyState, byPath, following, going, paths, resulting } from "./state-fields.ts";
import { computedNumber, oneOf, text } from "./values.ts";

const mapShape = {
  exactlyOne: [["ItemProcessor", "Iterator"]],
  atMostOne: [
    ["ItemSelector", "Parameters"],
    ["MaxConcurrency", "MaxConcurrencyPath"],
    ["ToleratedFailureCount", "ToleratedFailureCountPath"],
    ["ToleratedFailurePercentage", "ToleratedFailurePercentagePath"],
  ],
  fields: {
    ...anyState,
    ...going,
    ...paths,
    ...resulting,
    ItemProcessor: field("processor", processor),
    Iterator: field("processor", processor),
    ItemsPath: field("itemsPath", singlePath, "JSONPath"),
    Items: field("items", items, "JSONata"),
    ItemSelector: field("itemSelector", objectTemplate),
    Parameters: field("itemSelector", objectTemplate, "JSONPath"),
    MaxConcurrency: field("maxConcurrency", computedNumber({ least: 0 })),
    MaxConcurrencyPath: field("maxConcurrency", byPath(singleInputPath), "JSONPath"),
    ToleratedFailureCount: field("toleratedFailureCount", computedNumber({ least: 0 })),
    ToleratedFailureCountPath: field("toleratedFailureCount", byPath(singleInputPath), "JSONPath"),
    ToleratedFailurePercentage: field(
      "toleratedFailurePercentage",
      computedNumber({ least: 0, most: 100, fractions: true }),
    ),
    ToleratedFailurePercentagePath: field("toleratedFailurePercentage", byPath(singleInputPath), "JSONPath"),
    Label: field("label", label),
    ItemReader: field("itemReader", itemReader),
    ItemBatcher: field("itemBatcher", itemBatcher),
    ResultWriter: field("resultWriter", resultWriter),
  },
} as const;

/** 0: no limit of its own. */
const unlimited: Computed<number> = { kind: "literal", value: 0 };

export function map(object: JsonObject, place: Place, name: string): MapState | undefined {
  const read = readFields(mapShape, object, place);
  const next = following(object, place);
  const {
    processor: found,
    label: named,
    itemReader: reader,
    itemBatcher: batcher,
    resultWriter: writer,
    ...rest
  } = read;
  if (found === undefined || next === undefined) return undefined;
  const distributed: Distributed | undefined =
    found.executionType === undefined
      ? undefined
      : {
          executionType: found.executionType,
          ...(named === undefined ? {} : { label: named }),
          ...(reader === undefined ? {} : { itemReader: reader }),
          ...(batcher === undefined ? {} : { itemBatcher: batcher }),
          ...(writer === undefined ? {} : { resultWriter: writer }),
        };
  return {
    type: "Map",
    name,
    queryLanguage: place.language,
    retry: [],
    catch: [],
    maxConcurrency: unlimited,
    ...rest,
    processor: found.branch,
    following: next,
    ...(distributed === undefined ? {} : { distributed }),
  };
}

interface Processor {
  readonly branch: Branch;
  /** Set in the distributed mode. */
  readonly executionType: "STANDARD" | "EXPRESS" | undefined;
}

const configFields = { Mode: field("mode", oneOf("INLINE", "DISTRIBUTED")) };
const distributedConfigFields = {
  ...configFields,
  ExecutionType: field("executionType", oneOf("STANDARD", "EXPRESS")),
};

function processor(value: Value, place: Place): Processor | undefined {
  if (!isObject(value)) return report(place, "Expected value of type [OBJECT]", { value });
  const config = property(value, "ProcessorConfig") ?? {};
  const at = inField(place, "ProcessorConfig");
  const distributed = isObject(config) && property(config, "Mode") === "DISTRIBUTED";
  if (distributed && place.machine.type === "EXPRESS") {
    report(
      inField(at, "Mode"),
      "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines",
    );
  }
  const executionType = distributed ? distributedConfig(config, at) : undefined;
  if (!distributed) readObject({ fields: configFields }, config, at);
  const branch = container(value, place, { more: { ProcessorConfig: elsewhere }, distributed });
  return branch === undefined ? undefined : { branch, executionType };
}

function distributedConfig(config: Value, place: Place): "STANDARD" | "EXPRESS" | undefined {
  return readObject({ fields: distributedConfigFields, required: ["ExecutionType"] }, config, place)?.executionType;
}

/** An array, an object, or an expression that gives one; every other literal could only fail at run time. */
function items(value: Value, place: Place): Template | undefined {
  if (isArray(value) || isObject(value)) return template(value, place);
  if (typeof value === "string" && isExpression(value)) return template(value, place);
  return report(place, "Expected value of type [ARRAY]", { value, hint: "write an array or a JSONata expression" });
}

const labelLength = 40;
// Blanks, controls and what would need escaping in an ARN.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const unfitForLabels = /[\s?*<>{}[\]:;,\\|^~$#%&`"\u0000-\u001f\u007f-\u009f]/;

function label(value: Value, place: Place): string | undefined {
  const found = text(value, place);
  if (found === undefined) return undefined;
  const unfit = unfitForLabels.exec(found)?.[0];
  if (found === "") return invalidLabel(place, value, "Label cannot be empty");
  if (found.length > labelLength) return invalidLabel(place, value, `Label cannot exceed ${labelLength} characters`);
  if (unfit !== undefined) return invalidLabel(place, value, `Label contains invalid character: '${unfit}'`);
  const first = place.machine.labels.get(found);
  if (first === undefined) place.machine.labels.set(found, place.path);
  else
    reportAt(place.machine, place.path, `Duplicate Label name: ${found}`, {
      code: "DUPLICATE_LABEL_NAME",
      hint: `it is also at ${first}`,
    });
  return found;
}

function invalidLabel(place: Place, value: Value, message: string): undefined {
  report(place, message, { code: "INVALID_LABEL_NAME", value });
}
