/** Who answers and why goes into the answer, where that is an object; all else in it stays as it was written, digits too. */
import { isObject, type JsonText, parseJson, withProperty, writeJson } from "../../asl/json.ts";

export interface Signature {
  readonly by?: string;
  readonly comment?: string;
}

/** Undefined: the answer is no object, and has no room for it. */
export function signed(answer: JsonText, { by, comment }: Signature): JsonText | undefined {
  const given = parseJson(answer);
  if (!isObject(given)) return undefined;
  const withName = by === undefined ? given : withProperty(given, "by", by);
  return writeJson(comment === undefined ? withName : withProperty(withName, "comment", comment));
}
