/** Draws every example with `baton graph` into docs/graphs: as a picture, and as a terminal shows it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = join(root, "docs", "graphs");
const forms = [
  ["svg", ["--svg"]],
  ["txt", ["--width", "100"]],
];

mkdirSync(folder, { recursive: true });
const examples = readdirSync(join(root, "asl-examples"), { withFileTypes: true }).filter((entry) =>
  entry.isDirectory(),
);
for (const { name } of examples) {
  const definition = join(root, "asl-examples", name, "definition.asl.json");
  for (const [ending, options] of forms) {
    const to = join(folder, `${name}.${ending}`);
    const baton = join(root, "dist", "bin", "baton.js");
    execFileSync(process.execPath, [baton, "graph", definition, ...options, "--output", to], { stdio: "inherit" });
  }
}
