/** Executions counted by when they started and how they ended, and found in the same stretch of time. */
import { beforeEach, describe, expect, test } from "vitest";
import { createHandler } from "../../lib/api/handler.ts";
import type { ExecutionSummary } from "../../lib/engine/ports.ts";
import { type MemoryWorld, memoryWorld, start } from "./memory-world.ts";
import { type Answered, arnOf, pass, rest, role, wait, wire } from "./requests.ts";

let world: MemoryWorld;
let ask: (line: string) => Promise<Answered>;

const iso = (since: number): string => new Date(start + since).toISOString();

async function counts(from: number, until: number, parts: number, of = "waits"): Promise<Answered> {
  return await ask(`GET /state-machines/${of}/counts?from=${iso(from)}&until=${iso(until)}&parts=${parts}`);
}

beforeEach(async () => {
  world = memoryWorld();
  const handler = createHandler(world.engine, { authentication: "none" });
  ask = async (line) => await rest(handler, line);
  await wire(handler, "CreateStateMachine", { name: "waits", definition: wait, roleArn: role });
  await wire(handler, "CreateStateMachine", { name: "quick", definition: pass, roleArn: role, type: "EXPRESS" });
  // One each second; the second and the third are stopped.
  for (const name of ["a", "b", "c", "d"]) {
    const { body } = await wire(handler, "StartExecution", { stateMachineArn: arnOf("waits"), name });
    if (name === "b" || name === "c") await wire(handler, "StopExecution", { executionArn: body.executionArn });
    await world.run(1_000);
  }
});

describe("CountExecutions", () => {
  test("each part of the time has what started in it", async () => {
    const { status, body } = await counts(0, 4_000, 4);
    expect([status, body.read, body.complete, body.since]).toEqual([200, 4, true, iso(0)]);
    expect(body.parts.map(({ from }: { from: string }) => from)).toEqual([0, 1_000, 2_000, 3_000].map(iso));
    expect(body.parts[3].until).toBe(iso(4_000));
    expect(body.parts.map((part: { counts: object }) => part.counts)).toEqual([
      { RUNNING: 1 },
      { ABORTED: 1 },
      { ABORTED: 1 },
      { RUNNING: 1 },
    ]);
  });

  test("a moment belongs to the part that begins with it, and not to the one that ends", async () => {
    const { body } = await counts(-2_000, 2_000, 2);
    expect(body.parts.map((part: { counts: object }) => part.counts)).toEqual([{}, { RUNNING: 1, ABORTED: 1 }]);
    const thirds = (await counts(0, 4_000, 3)).body;
    expect(thirds.parts.map(({ from }: { from: string }) => from)).toEqual([0, 1_333, 2_667].map(iso));
  });

  test.each([
    ["no time", "GET /state-machines/waits/counts", "ValidationException"],
    ["no moment", "GET /state-machines/waits/counts?from=yesterday&until=2026-01-01", "ValidationException"],
    ["nothing between", "GET /state-machines/waits/counts?from=2026-01-01&until=2026-01-01", "ValidationException"],
    [
      "too many parts",
      "GET /state-machines/waits/counts?from=2026-01-01&until=2026-01-02&parts=101",
      "ValidationException",
    ],
    ["no machine", "GET /state-machines/none/counts?from=2026-01-01&until=2026-01-02", "StateMachineDoesNotExist"],
    ["Express", "GET /state-machines/quick/counts?from=2026-01-01&until=2026-01-02", "StateMachineTypeNotSupported"],
  ])("refused: %s", async (_what, line, title) => {
    expect((await ask(line)).body.title).toBe(title);
  });

  test("of very many the newest 5,000 are read, and it is said how far back they go", async () => {
    const { engine } = world;
    const one = (number: number): ExecutionSummary => ({
      id: `000000000000/us-east-1/waits/e${number}` as ExecutionSummary["id"],
      machine: "waits",
      name: `e${number}`,
      status: "SUCCEEDED",
      startedAt: start + 100_000 - number,
      inputHash: "",
      definitionHash: "",
      epoch: 0,
    });
    let read = 0;
    const list = async ({ limit }: { readonly limit: number }) => {
      const items = Array.from({ length: limit }, (_, index) => one(read + index));
      read += limit;
      return { items, next: String(read) };
    };
    const executions = { ...engine.world.executions, list };
    const flooded = createHandler({ ...engine, world: { ...engine.world, executions } }, { authentication: "none" });
    const { body } = await rest(
      flooded,
      `GET /state-machines/waits/counts?from=${iso(0)}&until=${iso(200_000)}&parts=2`,
    );
    expect(body).toMatchObject({ read: 5_000, complete: false, since: iso(95_001) });
    expect(read).toBe(5_000);
  });
});

test("SearchExecutions finds what a part of the time counts", async () => {
  const found = async (query: string): Promise<string> => {
    const { body } = await ask(`GET /executions?${query}`);
    return body.executions.map(({ name }: { name: string }) => name).join("");
  };
  expect(await found(`machine=waits&from=${iso(1_000)}&until=${iso(3_000)}`)).toBe("cb");
  expect(await found(`from=${iso(2_000)}`)).toBe("dc");
  expect(await found(`until=${iso(1)}&status=RUNNING`)).toBe("a");
  expect((await ask("GET /executions?from=soon")).body.title).toBe("ValidationException");
});
