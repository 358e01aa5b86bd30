/**
 * What a task asks of the person who answers it, where its arguments say so: `Question` (or `Title`) and
 * `Description` in words, and in `Schema` a JSON Schema of the answer. They may stand at the top of the
 * arguments or in what is passed on, such as a function's Payload or a message's body.
 */
import { isArray, isObject, type JsonObject, property, type Value } from "../asl/json.ts";

export interface Question {
  readonly question?: string;
  readonly description?: string;
  readonly schema?: JsonObject;
}

/** Deeper lies data, not what is said to somebody. */
const deepest = 3;
/** Objects looked at: arguments may be megabytes. */
const mostObjects = 200;

export function questionIn(given: Value): Question {
  let level: readonly Value[] = [given];
  let looked = 0;
  for (let depth = 0; depth <= deepest && looked < mostObjects; depth++) {
    const objects = level.filter((value) => isObject(value)).slice(0, mostObjects - looked);
    looked += objects.length;
    for (const object of objects) {
      const found = asked(object);
      if (found.question !== undefined || found.schema !== undefined) return found;
    }
    level = level.flatMap((value) => (isObject(value) ? Object.values(value) : isArray(value) ? value : []));
  }
  return {};
}

function asked(object: JsonObject): Question {
  const question = textOf(object, "Question") ?? textOf(object, "Title");
  const description = textOf(object, "Description");
  const schema = member(object, "Schema");
  return {
    ...(question === undefined ? {} : { question }),
    ...(description === undefined ? {} : { description }),
    ...(isObject(schema) ? { schema } : {}),
  };
}

function textOf(object: JsonObject, name: string): string | undefined {
  const text = member(object, name);
  return typeof text === "string" ? text : undefined;
}

/** A service's parameters begin with a capital letter, what people pass on mostly does not. */
function member(object: JsonObject, name: string): Value | undefined {
  return property(object, name) ?? property(object, name.charAt(0).toLowerCase() + name.slice(1));
}
