/**
 * `bench --peers`: other engines from npm beside Baton, round by round in turns, each round a process of its
 * own. Both peers need a newer Node than Baton does, so that Node comes from npm with them, into a folder of
 * the system's temporary one, and runs both sides.
 */
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { executions, inFlight, states } from "../embedded/chains.ts";
import { median, table } from "../print.ts";

const run = promisify(execFile);

const packages = [
  "openworkflow@0.10.1",
  "aws-local-stepfunctions@3.0.0",
  `node-${process.platform}-${process.arch}@24`,
];
const rounds = 3;
const chainLengths = [10, 100];

export interface Beside {
  readonly what: string;
  readonly peer: string;
  readonly baton: number;
  readonly theirs: number;
}

export async function besidePeers(): Promise<readonly Beside[]> {
  const folder = await install();
  const node = join(folder, "node_modules", `node-${process.platform}-${process.arch}`, "bin", "node");
  const program = (name: string, ...given: readonly (string | number)[]) => number(node, name, given);
  const durable = await inTurns(
    () => program("durable", executions, inFlight),
    () => program("openworkflow", folder, executions, states, inFlight),
  );
  const found: Beside[] = [
    { what: `${states}-state chains, durable, ${inFlight} in flight`, peer: "openworkflow", ...durable },
  ];
  for (const length of chainLengths) {
    const memory = await inTurns(
      () => program("in-memory", "baton", folder, length),
      () => program("in-memory", "peer", folder, length),
    );
    found.push({
      what: `${length} Pass states, in memory, a second of CPU`,
      peer: "aws-local-stepfunctions",
      ...memory,
    });
  }
  return found;
}

export function printPeers(found: readonly Beside[]): void {
  console.log(`\nBeside other engines: states a second, medians of ${rounds} rounds in turns`);
  const rows = found.map(({ what, peer, baton, theirs }) => [
    what,
    peer,
    theirs.toFixed(0),
    baton.toFixed(0),
    (baton / theirs).toFixed(1),
  ]);
  console.log(table([["", "peer", "theirs", "Baton", "ratio"], ...rows]));
}

async function install(): Promise<string> {
  const folder = join(tmpdir(), "baton-bench-peers");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "private": true }');
  await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", ...packages], {
    cwd: folder,
  });
  return folder;
}

async function inTurns(ours: () => Promise<number>, peer: () => Promise<number>) {
  const baton: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    theirs.push(await peer());
    baton.push(await ours());
  }
  return { baton: median(baton), theirs: median(theirs) };
}

async function number(node: string, name: string, given: readonly (string | number)[]): Promise<number> {
  const { stdout } = await run(node, ["--no-warnings", join(import.meta.dirname, `${name}.ts`), ...given.map(String)]);
  return Number(stdout);
}
