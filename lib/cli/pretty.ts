/** JSON for people to read, with each number as it was written: `JSON.stringify` would round the long ones. */
import { entriesOf, isObject, parseJson, type Value, writeJson } from "../asl/json.ts";

/** In the order in which it was written: what was only laid out otherwise is no difference. */
export function pretty(text: string): string {
  return laidOut(parseJson(text));
}

export function laidOut(value: Value): string {
  return lines(value, "").join("\n");
}

function lines(value: Value, indent: string): readonly string[] {
  const inner = `${indent}  `;
  const comma = (all: readonly (readonly string[])[]): readonly string[] =>
    all.flatMap((each, index) => (index < all.length - 1 ? [...each.slice(0, -1), `${each.at(-1)},`] : each));
  if (Array.isArray(value) && value.length > 0) {
    return [`${indent}[`, ...comma(value.map((item: Value) => lines(item, inner))), `${indent}]`];
  }
  if (isObject(value) && Object.keys(value).length > 0) {
    const members = entriesOf(value).map(([key, member]) => {
      const [first = "", ...rest] = lines(member, inner);
      return [`${inner}${JSON.stringify(key)}: ${first.trimStart()}`, ...rest];
    });
    return [`${indent}{`, ...comma(members), `${indent}}`];
  }
  return [`${indent}${writeJson(value)}`];
}
