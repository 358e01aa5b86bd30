/** A mistake in the options of the project's own commands: one sentence on standard error, exit code 2, nothing run. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const simulate = "--seeds VALUE, --seed VALUE, --only VALUE, --jobs VALUE, --economy, --few, --impatient, --first";

test.each([
  ["simulation", ["--bogus"], `npm run simulate: unknown option '--bogus'; there is ${simulate}\n`],
  [
    "simulation",
    ["--seeds", "many"],
    `npm run simulate: --seeds is a whole number, not 'many'; there is ${simulate}\n`,
  ],
  ["fuzz", ["--bogus"], "npm run fuzz: unknown option '--bogus'; there is --cases VALUE, --seed VALUE\n"],
  [
    "fuzz",
    ["--cases"],
    "npm run fuzz: option '--cases <value>' argument missing; there is --cases VALUE, --seed VALUE\n",
  ],
  [
    "../bench",
    ["--only", "nothing"],
    "npm run bench: --only is one of language, embedded, costs, map-runs, not 'nothing'; there is --only VALUE, --items VALUE, --children VALUE, --peers, --json\n",
  ],
])("%s %s", (folder, options, expected) => {
  const script = join(import.meta.dirname, folder, "main.ts");
  const { status, stderr, stdout } = spawnSync(process.execPath, ["--import", "tsx", script, ...options], {
    encoding: "utf8",
  });
  expect({ status, stderr, stdout }).toEqual({ status: 2, stderr: expected, stdout: "" });
});
