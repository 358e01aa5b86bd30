/** Names of machines and executions: which characters the service takes. */
import { invalidName } from "./refusal.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among those that are refused
const refused = /[\s?*<>{}[\]"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ufffe\uffff]|\p{Surrogate}/u;

export function checkName(name: string): void {
  if (refused.test(name)) throw invalidName(name);
}
