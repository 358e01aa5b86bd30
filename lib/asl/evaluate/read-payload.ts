/** Payload text that an expression looks into. It may come from outside, nested deeper than anybody reads. */
import { JsonSyntaxError, type JsonText, parseJson, type Value } from "../json.ts";
import { runtimeFailure } from "./failure.ts";

/** Fails the state that looks; a payload that is only handed on is never read. */
export function readPayload(text: JsonText): Value {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw runtimeFailure(`The payload cannot be read: ${error.message}`);
  }
}
