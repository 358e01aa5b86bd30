/**
 * Whether a text is JSON that may become a payload. The text itself travels on as it is; a refusal is
 * worded as the service's parser words it, without the place in the source.
 */
import { depthLimit, JsonSyntaxError, parseJson } from "../asl/json.ts";
import { syntaxProblem } from "../asl/parse/json-syntax.ts";

/** A hostile token is not repeated to its end. */
const longestText = 1000;

/** Undefined: it is. Else what is wrong with it. */
export function payloadProblem(text: string): string | undefined {
  if (text.trim() === "") return "Invalid execution input.";
  try {
    parseJson(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const { code, message } = syntaxProblem(text, error);
    if (code === "TOO_DEEPLY_NESTED") return `Document nesting depth exceeds the maximum allowed (${depthLimit})`;
    return message.replace(/\n at \[Source[\s\S]*$/, "").slice(0, longestText);
  }
}
