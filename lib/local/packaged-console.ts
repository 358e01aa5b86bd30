/** Where the package keeps the built web console: dist/console, for the compiled library as for its sources. */
import { basename, join } from "node:path";

export function packagedConsole(): string {
  const root = join(import.meta.dirname, "..", "..");
  return basename(root) === "dist" ? join(root, "console") : join(root, "dist", "console");
}
