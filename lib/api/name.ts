/** Names of machines and executions: which characters the service takes. */
import { invalidName } from "./refusal.ts";

/** As they stand between the brackets of a regular expression. */
export const refusedCharacters = '\\s?*<>{}\\[\\]"#%\\\\^|~`$&,;:\\/\\u0000-\\u001f\\u007f-\\u009f\\ufffe\\uffff';

const refused = new RegExp(`[${refusedCharacters}]|\\p{Surrogate}`, "u");

export function checkName(name: string): void {
  if (refused.test(name)) throw invalidName(name);
}
