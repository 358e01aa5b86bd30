/** The package's own version, whether it runs from its sources or from dist. */
import { createRequire } from "node:module";

export function version(): string {
  return createRequire(import.meta.url)("baton-states/package.json").version;
}
