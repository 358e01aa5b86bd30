/** What each kind of reader gives the children, from files that come in small pieces. */
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { expect, test } from "vitest";
import { simulatedWorld } from "../../../lib/adapters/simulated/world.ts";
import { Unreadable } from "../../../lib/asl/distributed/parser.ts";
import { handle } from "../../../lib/engine/advance.ts";
import { createEngine, type Engine } from "../../../lib/engine/engine.ts";
import { describeMapRun } from "../../../lib/engine/map-run/describe.ts";
import type { RunFork } from "../../../lib/engine/map-run/fork.ts";
import type { Objects } from "../../../lib/engine/map-run/ports.ts";
import { type Mark, openSource } from "../../../lib/engine/map-run/source.ts";
import type { Delivery, ExecutionId } from "../../../lib/engine/ports.ts";
import { setup } from "../setup.ts";
import { distributed } from "./running.ts";

const rows = Array.from({ length: 700 }, (_, n) => ({ n: String(n), text: `"quoted", with\nline ${n}` }));
const csv = ["n,text", ...rows.map(({ n, text }) => `${n},"${text.replaceAll('"', '""')}"`)].join("\r\n");
const jsonl = rows.map((row) => JSON.stringify(row)).join("\n");
const parquet = new Uint8Array(
  parquetWriteBuffer({
    columnData: [
      { name: "n", data: rows.map(({ n }) => n) },
      { name: "text", data: rows.map(({ text }) => text) },
    ],
    rowGroupSize: [300],
  }),
);
const parts = Array.from({ length: 8 }, (_, n) => JSON.stringify(rows.slice(n * 100, n * 100 + 100)));
const files = {
  in: {
    "a.parquet": parquet,
    "cut.parquet": parquet.subarray(0, 5_000),
    "athena.csv": parts.map((_, n) => `s3://in/parts/${n}.json`).join("\n"),
    ...Object.fromEntries(parts.map((part, n) => [`parts/${n}.json`, part])),
    "a.csv": csv,
    "a.jsonl": jsonl,
    "a.jsonl.gz": gzipSync(jsonl),
    "a.json": JSON.stringify({ deep: { rows } }),
    "twice.csv": "n,n\n1,2",
    "broken.jsonl": '{"n":1}\n{"n":',
    "folders/": "",
    "folders/a.json": "[1,2]",
    "folders/empty/": "",
    "cut.gz": gzipSync(jsonl).subarray(0, 200),
    ...Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`list/${n}.jsonl`, `{"n":"${n}"}\n{"n":"${n}!"}`])),
  },
};

interface Asked {
  readonly resource?: string;
  readonly given: object;
  readonly config: object;
  readonly skip?: number;
  readonly maxItems?: number;
  readonly mark?: Mark;
}

interface ReadFrom {
  readonly items: readonly string[];
  readonly marks: readonly Mark[];
  /** Bytes that the store has given. */
  readonly bytes: number;
}

async function readFrom({ resource = "getObject", given, config, skip = 0, maxItems, mark }: Asked): Promise<ReadFrom> {
  const world = simulatedWorld({ seed: 1, files });
  let bytes = 0;
  const counting: Objects["read"] = async (...asked) => {
    const found = await world.objects.read(...asked);
    return found.kind === "refused" ? found : { ...found, body: counted(found.body) };
  };
  async function* counted(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of body) {
      bytes += piece.length;
      yield piece;
    }
  }
  const engine = createEngine({ ...world, objects: { ...world.objects, read: counting } });
  const reader = { resource: `arn:aws:states:::s3:${resource}`, arguments: JSON.stringify({ Bucket: "in", ...given }) };
  const run = { reader: { ...reader, ...(maxItems !== undefined && { maxItems }) } };
  // The source looks at the reader alone.
  const fork = { run, distributed: { itemReader: { config } } } as unknown as RunFork;
  const items: string[] = [];
  const marks: Mark[] = [];
  try {
    for await (const slice of openSource(engine, fork, skip, mark)) {
      items.push(...slice.items.map(({ index, value }) => `${index} ${value}`));
      if (slice.mark) marks.push(slice.mark);
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    items.push(`${error.failure.error}: ${error.failure.cause}`);
  }
  return { items, marks, bytes };
}

async function read(
  resource: string,
  given: object,
  config: object,
  skip = 0,
  maxItems?: number,
): Promise<readonly string[]> {
  const { items } = await readFrom({ resource, given, config, skip, ...(maxItems !== undefined && { maxItems }) });
  return items;
}

const all = rows.map((row, n) => `${n} ${JSON.stringify(row)}`);

test.each([
  ["a.csv", { inputType: "CSV", csvHeaderLocation: "FIRST_ROW" }],
  ["a.jsonl", { inputType: "JSONL" }],
  ["a.jsonl.gz", { inputType: "JSONL" }],
  ["a.json", { inputType: "JSON", itemsPointer: "/deep/rows" }],
  ["a.parquet", { inputType: "PARQUET" }],
  ["athena.csv", { inputType: "JSON", manifestType: "ATHENA_DATA" }],
])("%s", async (Key, config) => {
  expect(await read("getObject", { Key }, config)).toEqual(all);
  expect(await read("getObject", { Key }, config, 300)).toEqual(all.slice(300));
  expect(await read("getObject", { Key }, config, 0, 5)).toEqual(all.slice(0, 5));
});

const listing = { resource: "listObjectsV2", given: { Prefix: "parts/" } };

test.each<readonly [name: string, asked: Asked, isSought: boolean]>([
  ["CSV", { given: { Key: "a.csv" }, config: { inputType: "CSV", csvHeaderLocation: "FIRST_ROW" } }, true],
  ["JSON Lines", { given: { Key: "a.jsonl" }, config: { inputType: "JSONL" } }, true],
  ["a compressed file", { given: { Key: "a.jsonl.gz" }, config: { inputType: "JSONL" } }, false],
  ["JSON", { given: { Key: "a.json" }, config: { inputType: "JSON", itemsPointer: "/deep/rows" } }, true],
  ["Parquet", { given: { Key: "a.parquet" }, config: { inputType: "PARQUET" } }, true],
  ["a manifest", { given: { Key: "athena.csv" }, config: { inputType: "JSON", manifestType: "ATHENA_DATA" } }, true],
  ["a listing", { ...listing, config: {} }, true],
  ["files of a listing", { ...listing, config: { inputType: "JSON", transformation: "LOAD_AND_FLATTEN" } }, true],
])("%s: the next reader goes on behind any slice", async (_, asked, isSought) => {
  const first = await readFrom(asked);
  expect(first.marks.at(-1)?.item).toBe(first.items.length);
  for (const mark of first.marks) {
    // As it comes out of the run's log; and the next to be staged may be some items further.
    const { items, bytes } = await readFrom({ ...asked, mark: JSON.parse(JSON.stringify(mark)), skip: mark.item + 7 });
    expect(items).toEqual(first.items.slice(mark.item + 7));
    if (isSought && first.bytes > 0) expect(bytes).toBeLessThan(first.bytes);
  }
});

test("a file that has changed since is not read on", async () => {
  const asked = { given: { Key: "a.jsonl" }, config: { inputType: "JSONL" } };
  const { marks } = await readFrom(asked);
  const [mark] = marks;
  if (!mark?.at) throw new Error("no place");
  for (const other of [{ size: mark.at.size + 1 }, { tag: '"of another one as long"' }]) {
    const { items } = await readFrom({ ...asked, mark: { ...mark, at: { ...mark.at, ...other } } });
    expect(items.at(-1)).toMatch(/a\.jsonl.* has changed while it was read\.$/);
  }
});

test("a reader that hands over leaves its place to the next", async () => {
  const lines = Array.from({ length: 13_000 }, (_, n) => String(n)).join("\n");
  const reader = { Resource: "arn:aws:states:::s3:getObject", Parameters: { Bucket: "in", Key: "long.jsonl" } };
  const ItemReader = { ...reader, ReaderConfig: { InputType: "JSONL" } };
  const { engine, world } = await setup(
    { Each: distributed({ ItemReader, MaxConcurrency: 1 }) },
    { files: { in: { "long.jsonl": lines } } },
  );
  let passed = 0;
  const begun: number[] = [];
  const slow = createEngine({
    ...world,
    // As slow as a store can be: the worker's time is over whenever it looks.
    clock: { ...world.clock, now: () => world.clock.now() + passed },
    joins: {
      ...world.joins,
      stage: (...staged) => {
        passed += 1_000;
        return world.joins.stage(...staged);
      },
    },
    objects: {
      ...world.objects,
      read: (place, from = 0, to) => {
        begun.push(from);
        return world.objects.read(place, from, to);
      },
    },
  });
  for (let turn = 0; turn < 10; turn++) {
    for (const delivery of await world.inbox.receive("flow", 10)) {
      // Nobody takes a child.
      if (delivery.body.includes("run-token")) continue;
      await handle(slow, delivery);
      await world.inbox.done([delivery.receipt]);
    }
    await world.settle();
  }
  const [run] = (await engine.world.mapRuns.list(world.summaries()[0]?.id ?? ("" as ExecutionId), 1)).items;
  const described = run && (await describeMapRun(slow, run.id));
  expect(described?.state.staged).toEqual({ chunks: 51, children: 13_000, items: 13_000, complete: true });
  expect(begun).toHaveLength(4);
  // Never far before what was staged by then: some 4,096 items for each that came before.
  for (const [hands, from] of begun.entries()) {
    const line = lines.slice(0, from).split("\n").length;
    expect(line).toBeLessThanOrEqual(4_352 * hands + 1);
    expect(line).toBeGreaterThan(4_096 * hands - 1_000);
  }
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

test("folders that somebody has made in a console are no files of a listing", async () => {
  const flat = { inputType: "JSON", transformation: "LOAD_AND_FLATTEN" };
  expect(await read("listObjectsV2", { Prefix: "folders/" }, flat)).toEqual(["0 1", "1 2"]);
  expect(await read("listObjectsV2", { Prefix: "folders/" }, {})).toHaveLength(3);
});

test.each([
  ["getObject", { Bucket: null, Key: "a.json" }, "Bucket"],
  ["getObject", { Bucket: 5, Key: "a.json" }, "Bucket"],
  ["getObject", { Bucket: "", Key: "a.json" }, "Bucket"],
  ["getObject", {}, "Key"],
  ["listObjectsV2", { Bucket: null }, "Bucket"],
])("%s with %j is refused, not tried for ever", async (resource, given, absent) => {
  const [failure, ...others] = await read(resource, given, { inputType: "JSON" });
  expect(failure).toContain(`States.ItemReaderFailed: The ItemReader needs a text as ${absent}, and was given {`);
  expect(others).toEqual([]);
});

test.each([
  ["nowhere.csv", { inputType: "CSV" }, /^States\.ItemReaderFailed: .*nowhere\.csv/],
  ["twice.csv", { inputType: "CSV" }, /^States\.ItemReaderFailed: CSV headers cannot contain duplicates\.$/],
  ["broken.jsonl", { inputType: "JSONL" }, /^States\.ItemReaderFailed: Invalid JSON in line: /],
  ["cut.gz", { inputType: "JSONL" }, /^States\.ItemReaderFailed: .*cannot be inflated/],
  ["cut.parquet", { inputType: "PARQUET" }, /^States\.ItemReaderFailed: .*cut\.parquet.* is not a Parquet file/],
])("%s cannot be read", async (Key, config, text) => {
  expect((await read("getObject", { Key }, config)).at(-1)).toMatch(text);
});

test("a reader of many items for each child writes down how far it is before its time is over", async () => {
  const lines = Array.from({ length: 6_000 }, (_, n) => String(n)).join("\n");
  const reader = { Resource: "arn:aws:states:::s3:getObject", Parameters: { Bucket: "in", Key: "long.jsonl" } };
  const more = {
    ItemReader: { ...reader, ReaderConfig: { InputType: "JSONL" } },
    ItemBatcher: { MaxItemsPerBatch: 5 },
    MaxConcurrency: 1,
  };
  const made = await setup({ Each: distributed(more) }, { files: { in: { "long.jsonl": lines } } });
  const { engine, world } = made;
  let passed = 0;
  const slow = createEngine({
    ...world,
    clock: { ...world.clock, now: () => world.clock.now() + passed },
    joins: {
      ...world.joins,
      stage: async (...staged) => {
        // So long does it take to read what a chunk of children is made of; and a function lives for 30 seconds.
        passed += 9_000;
        if (passed > 30_000) throw new Error("the function has ended");
        return world.joins.stage(...staged);
      },
    },
  });
  for (let turn = 0; turn < 50; turn++) {
    for (const delivery of await world.inbox.receive("flow", 10)) {
      passed = 0;
      const verdict = await handle(delivery.body.includes('"run-work"') ? slow : engine, delivery).catch(
        () => undefined,
      );
      if (verdict?.kind === "done") await world.inbox.done([delivery.receipt]);
    }
    await world.advanceTo(world.now() + 60_000);
  }
  const [run] = (await world.mapRuns.list(made.id, 1)).items;
  expect(run && (await describeMapRun(engine, run.id))?.state.staged).toMatchObject({
    chunks: 5,
    items: 6_000,
    complete: true,
  });
});

test("a child that fails the run before its reader has written down that it is there is in the results", async () => {
  const reader = { Resource: "arn:aws:states:::s3:getObject", Parameters: { Bucket: "in", Key: "long.jsonl" } };
  const ItemReader = { ...reader, ReaderConfig: { InputType: "JSONL" } };
  const ResultWriter = { Resource: "arn:aws:states:::s3:putObject", Parameters: { Bucket: "out", Prefix: "x" } };
  const Choices = [{ Variable: "$", NumericEquals: 256, Next: "Fail" }];
  const Choose = { Type: "Choice", Choices, Default: "Done" };
  const states = { Choose, Fail: { Type: "Fail" }, Done: { Type: "Succeed" } };
  const lines = Array.from({ length: 1_000 }, (_, n) => String(n)).join("\n");
  const more = { ItemReader, ResultWriter, MaxConcurrency: 1 };
  const made = await setup({ Each: distributed(more, states) }, { files: { in: { "long.jsonl": lines }, out: {} } });
  const { world, engine } = made;
  const toRun: Delivery[] = [];
  const handleOthers = async (): Promise<void> => {
    for (let empty = 0; empty < 3; ) {
      const received = [...(await world.inbox.receive("flow", 10)), ...(await world.inbox.receive("tasks", 10))];
      empty = received.length === 0 ? empty + 1 : 0;
      for (const delivery of received) {
        if (delivery.body.includes('"run-work"')) toRun.push(delivery);
        else await handle(engine, delivery);
        await world.inbox.done([delivery.receipt]);
      }
      await world.settle();
    }
  };
  const handleNext = async (by: Engine): Promise<void> => {
    await handleOthers();
    const next = toRun.shift();
    if (next) await handle(by, next);
  };
  let staged = 0;
  const stage: typeof world.joins.stage = async (...given) => {
    staged += 1;
    if (staged === 3) throw new Error("died");
    return world.joins.stage(...given);
  };
  // Its time is over when the first chunk is staged; whoever goes on dies behind the second.
  const clock = { ...world.clock, now: () => world.clock.now() + (staged === 1 ? 30_000 : 0) };
  const reading = createEngine({ ...world, clock, joins: { ...world.joins, stage } }, engine.options);
  await handleNext(reading);
  await expect(handleNext(reading)).rejects.toThrow("died");
  for (let turn = 0; turn < 5; turn++) await handleNext(engine);
  const written = [...world.files()].filter(([key]) => key.endsWith("_0.json"));
  // The next one had its turn before the run heard of the failure.
  expect(written.map(([key, text]) => [key.slice(key.lastIndexOf("/") + 1), JSON.parse(text).length])).toEqual([
    ["FAILED_0.json", 1],
    ["PENDING_0.json", 254],
    ["SUCCEEDED_0.json", 257],
  ]);
});
