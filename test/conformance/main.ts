/**
 * `npm run conformance -- FOLDER [--via interpreter|engine|wire] [--area A] [--id ID] [--json]`: runs the recorded
 * cases of every kind and prints a table by area. With `--id` it shows what differs, line by line.
 */
import { commandOptions } from "../command-options.ts";
import { hasCorpus, judge, kinds, type RecordedCase, readCases } from "./cases.ts";
import { type Judgement, type Runner, readDivergences } from "./check.ts";
import { defaultFolder } from "./corpus.ts";
import { runOnEngine } from "./engine.ts";
import { interpret } from "./interpreter.ts";
import { openWire } from "./wire.ts";

/** How to run executions, and what to do afterwards. */
const ways = {
  interpreter: async () => ({ run: interpret }),
  engine: async () => ({ run: runOnEngine }),
  wire: openWire,
} satisfies Record<string, () => Promise<Way>>;

interface Way {
  readonly run: Runner;
  close?(): Promise<void>;
}

const { values, positionals } = commandOptions("conformance", {
  allowPositionals: true,
  options: {
    via: { type: "string", default: "interpreter" },
    area: { type: "string" },
    id: { type: "string" },
    json: { type: "boolean", default: false },
  },
});

interface Row {
  readonly recorded: RecordedCase;
  readonly judgement: Judgement;
}

async function main(): Promise<number> {
  const folder = positionals[0] ?? defaultFolder;
  if (!hasCorpus(folder)) return refuse(`'${folder}' holds no conformance cases (no folder ${kinds.join(", ")} in it)`);
  const open = new Map<string, () => Promise<Way>>(Object.entries(ways)).get(values.via);
  if (open === undefined) return refuse(`--via ${values.via}: only ${Object.keys(ways).join(", ")}`);
  const way = await open();
  const rows: Row[] = [];
  const divergences = readDivergences();
  for (const recorded of readCases(folder, way.run).filter(wanted)) {
    rows.push({ recorded, judgement: await judge(recorded, divergences) });
  }
  await way.close?.();
  if (rows.length === 0) return refuse("no case has that area and id");
  if (values.json) printJson(rows);
  else print(rows);
  return rows.some((row) => row.judgement.kind === "failed") ? 1 : 0;
}

function refuse(why: string): number {
  console.error(why);
  return 2;
}

/** An area is called by its own name, with its kind, or by its kind for all areas of it. */
function wanted(recorded: RecordedCase): boolean {
  const { kind, area } = recorded;
  if (values.area !== undefined && ![area, `${kind}/${area}`, kind].includes(values.area)) return false;
  return values.id === undefined || recorded.id === values.id || recorded.id.includes(values.id);
}

function printJson(rows: readonly Row[]): void {
  console.log(
    JSON.stringify(
      rows.map(({ recorded, judgement }) => ({
        folder: recorded.kind,
        area: recorded.area,
        id: recorded.id,
        ...judgement,
      })),
      undefined,
      2,
    ),
  );
}

function print(rows: readonly Row[]): void {
  if (values.id !== undefined) for (const row of rows) printDifferences(row);
  printTable(rows);
  const failed = rows.filter((row) => row.judgement.kind === "failed");
  if (values.id === undefined) for (const { recorded } of failed) console.log(`failed: ${recorded.id}`);
  printSkipped(rows);
  console.log(`${count(rows, "passed") + count(rows, "accepted")} passed, ${failed.length} failed`);
}

/** Each by name, so that nobody takes it for compared. */
function printSkipped(rows: readonly Row[]): void {
  const reasons = new Map<string, string[]>();
  for (const { recorded, judgement } of rows) {
    if (judgement.kind !== "skipped") continue;
    reasons.set(judgement.reason, [...(reasons.get(judgement.reason) ?? []), recorded.id]);
  }
  for (const [reason, ids] of reasons) console.log(`skipped, ${reason} (${ids.length}):\n  ${ids.join("\n  ")}`);
}

function printDifferences({ recorded, judgement }: Row): void {
  console.log(`${recorded.id}: ${judgement.kind}`);
  if (judgement.kind !== "failed") return;
  for (const { path, expected, actual } of judgement.differences) {
    console.log(`  ${path}\n    - ${JSON.stringify(expected)}\n    + ${JSON.stringify(actual)}`);
  }
}

function printTable(rows: readonly Row[]): void {
  const areas = new Map<string, Row[]>();
  for (const row of rows) {
    const area = `${row.recorded.kind}/${row.recorded.area}`;
    areas.set(area, [...(areas.get(area) ?? []), row]);
  }
  const width = Math.max(...[...areas.keys()].map((area) => area.length));
  console.log(`${"area".padEnd(width)}  passed  accepted  failed`);
  for (const [area, mine] of areas) {
    const cells = (["passed", "accepted", "failed"] as const).map((kind) => String(count(mine, kind)).padStart(6));
    console.log(`${area.padEnd(width)}  ${cells.join("    ")}`);
  }
}

function count(rows: readonly Row[], kind: Judgement["kind"]): number {
  return rows.filter((row) => row.judgement.kind === kind).length;
}

process.exitCode = await main();
