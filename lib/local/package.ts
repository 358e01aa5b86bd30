/** Where this package lies, whether it runs from its sources, its compiled files or the bundled command line. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export function packageFile(...path: readonly string[]): string {
  return join(dirname(createRequire(import.meta.url).resolve("baton-states/package.json")), ...path);
}
