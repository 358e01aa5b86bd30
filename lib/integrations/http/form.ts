/** A request's body as `application/x-www-form-urlencoded`, arrays as the state wants them. */
import { entriesOf, isArray, isObject, type Value, writeJson } from "../../asl/json.ts";

export const arrayFormats = ["INDICES", "REPEAT", "COMMAS", "BRACKETS"] as const;
export type ArrayFormat = (typeof arrayFormats)[number];

export function formOf(body: Value, format: ArrayFormat): string {
  return pairsOf("", body, format)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join("&");
}

function pairsOf(name: string, value: Value, format: ArrayFormat): readonly (readonly [string, string])[] {
  if (isArray(value)) return elements(name, value, format);
  if (!isObject(value)) return [[name, value === null ? "" : textOf(value)]];
  return entriesOf(value).flatMap(([key, item]) => pairsOf(name === "" ? key : `${name}[${key}]`, item, format));
}

function elements(name: string, items: readonly Value[], format: ArrayFormat): readonly (readonly [string, string])[] {
  switch (format) {
    case "INDICES":
      return items.flatMap((item, at) => pairsOf(`${name}[${at}]`, item, format));
    case "BRACKETS":
      return items.flatMap((item) => pairsOf(`${name}[]`, item, format));
    case "REPEAT":
      return items.flatMap((item) => pairsOf(name, item, format));
    case "COMMAS":
      return [[name, items.map(textOf).join(",")]];
  }
}

function textOf(value: Value): string {
  return typeof value === "string" ? value : writeJson(value);
}

/** As forms are: a blank is a plus. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll("%20", "+").replaceAll("%5B", "[").replaceAll("%5D", "]");
}
