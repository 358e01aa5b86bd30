/** Executions searched and summarized: what matches, how far it was looked, and what came of each state. */
import { beforeEach, describe, expect, test } from "vitest";
import { createHandler } from "../../lib/api/handler.ts";
import { readSought } from "../../lib/engine/search.ts";
import { type MemoryWorld, memoryWorld } from "./memory-world.ts";
import { type Answered, arnOf, pass, rest, role, wait, wire } from "./requests.ts";

let world: MemoryWorld;
let send: (operation: string, input: unknown) => Promise<Answered>;
let ask: (line: string) => Promise<Answered>;

beforeEach(async () => {
  world = memoryWorld();
  const handler = createHandler(world.engine, { authentication: "none" });
  send = async (operation, input) => await wire(handler, operation, input);
  ask = async (line) => await rest(handler, line);
  for (const [name, definition] of Object.entries({ passes: pass, waits: wait, more: pass }))
    await send("CreateStateMachine", { name, definition, roleArn: role });
  await start("passes", "p1", '{"id":"ord-1001","customer":{"id":7},"total":0.0,"note":"Gr\\u00fc\\u00dfe"}');
  await start("passes", "p2", '{"id":"ord-1002","lines":[{"sku":"TEA"}],"paid":true}');
  await start("waits", "w1", '{"id":"ord-1001"}');
  await world.run(1);
});

async function start(machine: string, name: string, input: string): Promise<void> {
  await send("StartExecution", { stateMachineArn: arnOf(machine), name, input });
}

async function search(query: Record<string, string | number>): Promise<Answered> {
  const texts = Object.entries(query).map(([name, value]) => [name, String(value)] as [string, string]);
  return await ask(`GET /executions?${new URLSearchParams(texts)}`);
}

async function names(input: Record<string, string>): Promise<readonly string[]> {
  const { status, body } = await search(input);
  expect(status).toBe(200);
  return body.executions.map((execution: { name: string }) => execution.name).sort();
}

describe("SearchExecutions", () => {
  test.each([
    ["everything", {}, ["p1", "p2", "w1"]],
    ["one machine", { machine: "passes" }, ["p1", "p2"]],
    ["a status", { status: "RUNNING" }, ["w1"]],
    ["a name", { search: "P2" }, ["p2"]],
    ["a text of the input, of all machines", { search: "ORD-1001" }, ["p1", "w1"]],
    ["a text written in escapes", { search: "grüße" }, ["p1"]],
    ["a field", { search: "id=ord-1002" }, ["p2"]],
    ["a field beneath another", { search: "customer.id = 7" }, ["p1"]],
    ["a field in a list", { search: "lines.sku:TEA" }, []],
    ["a field anywhere", { search: "sku: TEA" }, ["p2"]],
    ["a number by how it is written", { search: "total=0.0" }, ["p1"]],
    ["a flag", { search: 'paid="true"' }, ["p2"]],
    ["part of a field's value is another value", { search: "id=ord" }, []],
    ["a field with another value", { search: "customer.id=8" }, []],
    ["with a status", { search: "ord-1001", status: "SUCCEEDED" }, ["p1"]],
  ])("%s", async (_what, input, expected) => {
    expect(await names(input)).toEqual(expected);
  });

  test("a failure is found by its error, and shown with it", async () => {
    const [execution] = [...world.executions.values()].filter(({ name }) => name === "w1");
    await send("StopExecution", {
      executionArn: arnOf("waits:w1").replace(":stateMachine:", ":execution:"),
      error: "NoMore",
      cause: "x".repeat(1000),
    });
    const { body } = await search({ search: "nomore" });
    expect(body).toMatchObject({
      searched: 3,
      executions: [{ name: execution?.name, error: "NoMore", status: "ABORTED" }],
    });
    expect(body.executions[0].cause).toHaveLength(300);
  });

  test("pages of one machine", async () => {
    const first = await search({ machine: "passes", maxResults: 1 });
    expect(first.body.executions).toHaveLength(1);
    const second = await search({ machine: "passes", maxResults: 1, nextToken: first.body.nextToken });
    expect([...first.body.executions, ...second.body.executions].map(({ name }) => name)).toEqual(["p2", "p1"]);
  });

  test.each([
    ["all", {}, 12],
    ["found by a field", { search: "kind=even" }, 5],
    ["of a status", { status: "SUCCEEDED" }, 11],
  ])("pages of all machines: %s", async (_what, question, expected) => {
    for (let number = 0; number < 9; number++)
      await start(
        number % 3 === 0 ? "more" : "passes",
        `n${number}`,
        JSON.stringify({ kind: number % 2 ? "odd" : "even" }),
      );
    await world.run(1);
    for (const most of [1, 2, 5, 100]) {
      const found: string[] = [];
      let nextToken: string | undefined;
      let pages = 0;
      do {
        const { status, body } = await search({ ...question, maxResults: most, ...(nextToken && { nextToken }) });
        expect(status).toBe(200);
        expect(body.executions.length).toBeLessThanOrEqual(most);
        found.push(...body.executions.map(({ executionArn }: { executionArn: string }) => executionArn));
        nextToken = body.nextToken;
        pages += 1;
      } while (nextToken !== undefined && pages < 100);
      expect(new Set(found).size, `pages of ${most}`).toBe(expected);
      expect(found, `pages of ${most}: none is told of twice`).toHaveLength(expected);
      if (!("search" in question) && most === 100) expect(pages).toBe(1);
    }
  });

  test("what starts between two pages, and what a first look at one machine finds too far back, is in its turn", async () => {
    for (let number = 0; number < 6; number++) {
      await start("passes", `a${number}`, '{"kind":"rare"}');
      await world.run(1);
    }
    for (let number = 0; number < 3; number++) {
      await start("more", `b${number}`, '{"kind":"rare"}');
      await world.run(1);
    }
    const question = { search: "kind=rare", maxResults: 2 };
    const told: string[] = [];
    let nextToken: string | undefined;
    do {
      const { body } = await search({ ...question, ...(nextToken && { nextToken }) });
      told.push(...body.executions.map(({ name }: { name: string }) => name));
      if (nextToken === undefined) await start("passes", "late", '{"kind":"rare"}');
      nextToken = body.nextToken;
    } while (nextToken !== undefined);
    expect(told.slice(0, 2)).toEqual(["b2", "b1"]);
    expect([...told].sort()).toEqual(["a0", "a1", "a2", "a3", "a4", "a5", "b0", "b1", "b2"]);
  });

  test.each([
    ["made", async () => await send("CreateStateMachine", { name: "a", definition: pass, roleArn: role })],
    ["deleted", async () => await send("DeleteStateMachine", { stateMachineArn: arnOf("more") })],
  ])("pages of all machines, of which one is %s between two pages", async (_what, change) => {
    for (const name of ["m1", "m2"]) await start("more", name, "{}");
    for (const name of ["p3", "p4"]) await start("passes", name, "{}");
    await world.run(1);
    const told: string[] = [];
    let nextToken: string | undefined;
    do {
      const { body } = await search({ maxResults: 1, ...(nextToken && { nextToken }) });
      told.push(...body.executions.map(({ name }: { name: string }) => name));
      nextToken = body.nextToken;
      // The first machine has been told of, and half of the second.
      if (told.filter((name) => name.startsWith("p")).length === 3 && told.length === 5) await change();
    } while (nextToken !== undefined);
    expect([...told].sort()).toEqual(["m1", "m2", "p1", "p2", "p3", "p4", "w1"]);
  });

  test("a machine that is not there", async () => {
    expect(await search({ machine: "nowhere" })).toMatchObject({
      status: 404,
      body: { title: "StateMachineDoesNotExist" },
    });
    expect((await search({ machine: "no name" })).body.title).toBe("InvalidName");
  });
});

test.each([
  ["ord-1004", { kind: "text", text: "ord-1004" }],
  ["  Two Words ", { kind: "text", text: "two words" }],
  ["id=7", { kind: "field", path: ["id"], value: "7" }],
  ["$.customer.id : 7", { kind: "field", path: ["customer", "id"], value: "7" }],
  ['name="a b"', { kind: "field", path: ["name"], value: "a b" }],
  ["= 7", { kind: "text", text: "= 7" }],
])("%j is sought as %j", (question, sought) => {
  expect(readSought(question)).toEqual(sought);
});

test("SummarizeExecutions: what came of each state in each run", async () => {
  const passes = await ask("GET /state-machines/passes/summary");
  expect(passes.body.runs).toMatchObject([
    { name: "p2", status: "SUCCEEDED", states: { A: { status: "succeeded", visits: 1, failures: 0 } } },
    { name: "p1", status: "SUCCEEDED" },
  ]);
  const waits = await ask("GET /state-machines/waits/summary");
  expect(waits.body.runs).toMatchObject([{ name: "w1", states: { W: { status: "running" } } }]);
});

test("SummarizeExecutions: a state whose JSONata expression failed has failed", async () => {
  const B = { Type: "Pass", Output: "{% $states.input.x.y.z %}", End: true };
  const States = { A: { Type: "Pass", Next: "B" }, B };
  const definition = JSON.stringify({ QueryLanguage: "JSONata", StartAt: "A", States });
  await send("CreateStateMachine", { name: "evaluates", definition, roleArn: role });
  await start("evaluates", "e1", "{}");
  await world.run(1);
  const { body } = await ask("GET /state-machines/evaluates/summary");
  expect(body.runs).toMatchObject([
    { status: "FAILED", states: { A: { status: "succeeded" }, B: { status: "failed" } } },
  ]);
});
