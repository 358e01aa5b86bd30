/**
 * What a state made of its input, short enough for a line: the members that came, went or are others now. Lists are
 * told whole, and two payloads that have nothing in common are not compared: the later one says more.
 */
import { entriesOf, isObject, type JsonObject, parseJson, property, sameValue, writeJson } from "../asl/json.ts";

/** Longer ones are not compared: each look at a history tells it from its beginning. */
const longestCompared = 20_000;

/** `+ charge {"id":7}, ~ order.total 12, - card`; undefined: the output says more. Both are JSON texts. */
export function whatChanged(input: string, output: string): string | undefined {
  if (input.length > longestCompared || output.length > longestCompared) return undefined;
  const [before, after] = [parseJson(input), parseJson(output)];
  if (!isObject(before) || !isObject(after) || Object.keys(before).length === 0) return undefined;
  if (sameValue(before, after)) return "unchanged";
  return shareSome(before, after) ? changes(before, after, "").join(", ") : undefined;
}

/** Something stands in both as it was. */
function shareSome(before: JsonObject, after: JsonObject): boolean {
  return entriesOf(after).some(([name, value]) => {
    const old = property(before, name);
    if (old === undefined) return false;
    return sameValue(old, value) || (isObject(old) && isObject(value) && shareSome(old, value));
  });
}

function changes(before: JsonObject, after: JsonObject, path: string): readonly string[] {
  const gone = Object.keys(before).filter((name) => property(after, name) === undefined);
  const told = entriesOf(after).flatMap(([name, value]): readonly string[] => {
    const old = property(before, name);
    if (old === undefined) return [`+ ${path}${name} ${writeJson(value)}`];
    if (sameValue(old, value)) return [];
    if (isObject(old) && isObject(value) && shareSome(old, value)) return changes(old, value, `${path}${name}.`);
    return [`~ ${path}${name} ${writeJson(value)}`];
  });
  return [...told, ...gone.map((name) => `- ${path}${name}`)];
}
