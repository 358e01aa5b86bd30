/** What each kind of reader gives the children, from files that come in small pieces. */
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { simulatedWorld } from "../../../lib/adapters/simulated/world.ts";
import { createEngine } from "../../../lib/engine/engine.ts";
import type { RunFork } from "../../../lib/engine/map-run/fork.ts";
import { openSource, Unreadable } from "../../../lib/engine/map-run/source.ts";

const rows = Array.from({ length: 700 }, (_, n) => ({ n: String(n), text: `"quoted", with\nline ${n}` }));
const csv = ["n,text", ...rows.map(({ n, text }) => `${n},"${text.replaceAll('"', '""')}"`)].join("\r\n");
const jsonl = rows.map((row) => JSON.stringify(row)).join("\n");
const files = {
  in: {
    "a.csv": csv,
    "a.jsonl": jsonl,
    "a.jsonl.gz": gzipSync(jsonl),
    "a.json": JSON.stringify({ deep: { rows } }),
    "twice.csv": "n,n\n1,2",
    "broken.jsonl": '{"n":1}\n{"n":',
    "cut.gz": gzipSync(jsonl).subarray(0, 200),
    ...Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`list/${n}.jsonl`, `{"n":"${n}"}\n{"n":"${n}!"}`])),
  },
};

async function read(resource: string, given: object, config: object, skip = 0, maxItems?: number): Promise<string[]> {
  const engine = createEngine(simulatedWorld({ seed: 1, files }));
  const reader = { resource: `arn:aws:states:::s3:${resource}`, arguments: JSON.stringify({ Bucket: "in", ...given }) };
  const run = { reader: { ...reader, ...(maxItems !== undefined && { maxItems }) } };
  // The source looks at the reader alone.
  const fork = { run, distributed: { itemReader: { config } } } as unknown as RunFork;
  const items: string[] = [];
  try {
    for await (const slice of openSource(engine, fork, skip))
      items.push(...slice.map(({ index, value }) => `${index} ${value}`));
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    items.push(`${error.failure.error}: ${error.failure.cause}`);
  }
  return items;
}

const all = rows.map((row, n) => `${n} ${JSON.stringify(row)}`);

test.each([
  ["a.csv", { inputType: "CSV", csvHeaderLocation: "FIRST_ROW" }],
  ["a.jsonl", { inputType: "JSONL" }],
  ["a.jsonl.gz", { inputType: "JSONL" }],
  ["a.json", { inputType: "JSON", itemsPointer: "/deep/rows" }],
])("%s", async (Key, config) => {
  expect(await read("getObject", { Key }, config)).toEqual(all);
  expect(await read("getObject", { Key }, config, 300)).toEqual(all.slice(300));
  expect(await read("getObject", { Key }, config, 0, 5)).toEqual(all.slice(0, 5));
});

test("a listing of several pages, and what is in its files", async () => {
  const listed = await read("listObjectsV2", { Prefix: "list/" }, {});
  expect(listed.map((item) => JSON.parse(item.slice(item.indexOf(" "))).Key)).toEqual(
    Array.from({ length: 8 }, (_, n) => `list/${n}.jsonl`),
  );
  const flat = { inputType: "JSONL", transformation: "LOAD_AND_FLATTEN" };
  const loaded = await read("listObjectsV2", { Prefix: "list/" }, flat);
  expect(loaded).toHaveLength(16);
  expect(loaded.at(-1)).toBe('15 {"n":"7!"}');
});

test.each([
  ["nowhere.csv", { inputType: "CSV" }, /^States\.ItemReaderFailed: .*nowhere\.csv/],
  ["twice.csv", { inputType: "CSV" }, /^States\.ItemReaderFailed: CSV headers cannot contain duplicates\.$/],
  ["broken.jsonl", { inputType: "JSONL" }, /^States\.ItemReaderFailed: Invalid JSON in line: /],
  ["cut.gz", { inputType: "JSONL" }, /^States\.ItemReaderFailed: .*cannot be inflated/],
])("%s cannot be read", async (Key, config, text) => {
  expect((await read("getObject", { Key }, config)).at(-1)).toMatch(text);
});
