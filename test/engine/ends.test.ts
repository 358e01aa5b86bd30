/** How executions end that cannot go on: loops without end, workers that die of a message, and heartbeats that stop. */
import { describe, expect, test } from "vitest";
import { handle } from "../../lib/engine/advance.ts";
import { answerTask } from "../../lib/engine/callback.ts";
import type { Command } from "../../lib/engine/command.ts";
import { handleDeadLetter } from "../../lib/engine/dead-letter.ts";
import { describeExecution } from "../../lib/engine/describe.ts";
import { createEngine, type Engine } from "../../lib/engine/engine.ts";
import { saveDefinition } from "../../lib/engine/machines.ts";
import type { Call, CallResult } from "../../lib/engine/ports.ts";
import { distributed, work } from "./map-run/running.ts";
import { type Setup, setup } from "./setup.ts";

test("a machine that loops for ever ends at the installation's limit", async () => {
  const { engine, id, pass } = await setup(
    {
      A: { Type: "Choice", Choices: [{ Variable: "$.end", IsPresent: true, Next: "End" }], Default: "A" },
      End: { Type: "Succeed" },
    },
    { options: { transitionLimit: 50 } },
  );
  await pass(60_000);
  const described = await describeExecution(engine, id);
  expect(described?.summary).toMatchObject({ status: "FAILED", error: "States.Runtime" });
  expect(described?.summary.cause).toContain("50 transitions");
});

test("a message that kills its worker each time gets new tries, then its branch fails", async () => {
  const { engine, id, world } = await setup({ A: { Type: "Pass", End: true } });
  for (let tries = 0; tries < 10; tries++) {
    for (const delivery of await world.inbox.receive("flow", 10)) {
      await handleDeadLetter(engine, delivery);
      await world.inbox.done([delivery.receipt]);
    }
  }
  const described = await describeExecution(engine, id);
  expect(described?.summary).toMatchObject({ status: "FAILED", error: "States.Runtime" });
});

describe("work that kills its worker each time, as more than it can hold does, is given up after some tries:", () => {
  const task = { Type: "Task", Resource: work, End: true };
  const map = { Type: "Map", ItemProcessor: { StartAt: "Work", States: { Work: task } }, End: true };
  const reader = { Resource: "arn:aws:states:::s3:getObject", Parameters: { Bucket: "in", Key: "items.json" } };
  const writer = { Resource: "arn:aws:states:::s3:putObject", Parameters: { Bucket: "out", Prefix: "x" } };
  const isJoined = ({ kind }: Command): boolean => kind === "joined";
  const isReading = (command: Command): boolean => command.kind === "run-work" && command.seq === 0;
  const isWriting = (command: Command): boolean => command.kind === "run-work" && command.seq > 1;

  test.each([
    ["the join of a Map", { Each: map }, isJoined],
    [
      "the join of a Map in a branch",
      { Both: { Type: "Parallel", Branches: [{ StartAt: "Each", States: { Each: map } }], End: true } },
      isJoined,
    ],
    ["the results of a Map Run", { Each: distributed() }, ({ kind }: Command) => kind === "run-ended"],
    ["reading the items of a Map Run", { Each: distributed({ ItemReader: reader }) }, isReading],
    ["writing the results of a Map Run", { Each: distributed({ ResultWriter: writer }) }, isWriting],
  ])("%s", async (_, states, kills) => {
    const files = { in: { "items.json": "[1,2,3]" } };
    const { engine, id, world } = await setup(states, { input: "[1,2,3]", files });
    let deaths = 0;
    for (let turn = 0; turn < 60; turn++) {
      for (const lane of ["flow", "tasks"] as const) {
        for (const delivery of await world.inbox.receive(lane, 10)) {
          const isDeadly = kills(JSON.parse(delivery.body));
          if (isDeadly) deaths += 1;
          await (isDeadly ? handleDeadLetter : handle)(engine, delivery);
          await world.inbox.done([delivery.receipt]);
        }
      }
    }
    expect(deaths).toBe(4);
    const described = await describeExecution(engine, id);
    expect(described?.summary).toMatchObject({ status: "FAILED", error: "States.Runtime" });
    expect(described?.summary.cause).toContain("out of tries");
  });
});

describe("an outage is not held against", () => {
  const outage = (): Promise<never> => Promise.reject(new Error("an outage"));
  const express = {
    ...{ kind: "express", execution: "123456789012/eu-central-1/machine/run", branch: "", run: "r", roleArn: "role" },
    ...{ startedAt: 0, input: "{}" },
  };
  const shift = {
    kind: "run-shift",
    execution: "123456789012/eu-central-1/machine/run",
    token: 0,
    taker: -1,
    chunk: 0,
  };

  test.each([
    ["the start of an Express execution", express],
    ["a shift of a Map Run", shift],
  ])("%s", async (_, command) => {
    const { engine, world } = await setup({ A: { Type: "Pass", End: true } });
    const definition = await saveDefinition(engine, '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}');
    const letter = { body: JSON.stringify({ v: 1, ...command, definition }), receives: 1, receipt: "" };
    const away = { ...world, blobs: { ...world.blobs, get: outage }, joins: { ...world.joins, staged: outage } };
    await expect(handleDeadLetter(createEngine(away), letter)).rejects.toThrow("an outage");
    expect(await world.inbox.receive("tasks", 10)).toEqual([]);
    await handleDeadLetter(engine, letter);
    const sent = await world.inbox.receive("tasks", 10);
    expect(sent.map(({ body }) => JSON.parse(body))).toMatchObject([{ kind: command.kind, revived: 1 }]);
  });
});

test("a step that throws again and again fails its branch and not its worker", async () => {
  const { engine, id, world, pass } = await setup({ A: { Type: "Pass", Next: "B" }, B: { Type: "Pass", End: true } });
  const { definition } = engine;
  const broken: Engine = {
    ...engine,
    // A definition whose second state is of a type that no step knows.
    definition: async (hash) => {
      const whole = await definition(hash);
      const states = new Map(whole.states);
      const [b] = [states.get("B")];
      if (b) states.set("B", { ...b, type: "Pass", following: undefined } as never);
      return { ...whole, states };
    },
  };
  for (let tries = 0; tries < 4; tries++) {
    for (const delivery of await world.inbox.receive("flow", 10)) {
      await handle(broken, delivery).then(
        () => world.inbox.done([delivery.receipt]),
        () => world.inbox.later(delivery.receipt, world.now()),
      );
    }
  }
  await pass(1_000);
  const described = await describeExecution(engine, id);
  expect(described?.summary).toMatchObject({ status: "FAILED", error: "States.Runtime" });
});

describe("task tokens", () => {
  const resource = "arn:aws:states:::lambda:invoke.waitForTaskToken";
  const ask = {
    Type: "Task",
    Resource: resource,
    Parameters: { FunctionName: "ask", Payload: { "token.$": "$$.Task.Token" } },
    HeartbeatSeconds: 60,
    TimeoutSeconds: 600,
    End: true,
  };

  async function asked(): Promise<Setup & { readonly token: string }> {
    let token = "";
    const call = async (made: Call): Promise<CallResult> => {
      token = JSON.parse(made.arguments).Payload.token;
      return { kind: "submitted", output: "{}" };
    };
    const made = await setup({ Ask: ask }, { call });
    await made.pass(1_000);
    return { ...made, token };
  }

  test("an answer ends the task, once", async () => {
    const { engine, id, token, pass } = await asked();
    const answer = { kind: "succeeded", output: '{"ok":true}' } as const;
    expect(await answerTask(engine, token, answer)).toBe("accepted");
    expect(await answerTask(engine, token, answer)).toBe("timed-out");
    await pass(1_000);
    expect(await describeExecution(engine, id)).toMatchObject({
      summary: { status: "SUCCEEDED" },
      output: '{"ok":true}',
    });
  });

  test.each([
    ["altered name", (token: string) => `x${token}`],
    ["altered signature", (token: string) => `${token.slice(0, -2)}AA`],
    ["something behind it", (token: string) => `${token}.x`],
    ["no signature", (token: string) => token.split(".")[0] ?? ""],
    ["nothing", () => ""],
  ])("is refused with %s", async (_what, alter) => {
    const { engine, token } = await asked();
    expect(await answerTask(engine, alter(token), { kind: "heartbeat" })).toBe("invalid-token");
  });

  test("heartbeats keep it alive; when they stop, it times out", async () => {
    const { engine, id, token, pass } = await asked();
    for (let beat = 0; beat < 4; beat++) {
      await pass(50_000);
      expect(await answerTask(engine, token, { kind: "heartbeat" })).toBe("accepted");
    }
    expect((await describeExecution(engine, id))?.summary.status).toBe("RUNNING");
    await pass(61_000);
    expect((await describeExecution(engine, id))?.summary).toMatchObject({ status: "FAILED", error: "States.Timeout" });
    expect(await answerTask(engine, token, { kind: "heartbeat" })).toBe("timed-out");
  });

  test("a callback may come before the call that carries the token has returned", async () => {
    const call = async (attempt: Call): Promise<CallResult> => {
      const { token } = JSON.parse(attempt.arguments).Payload;
      await answerTask(made.engine, token, { kind: "succeeded", output: '"early"' });
      return { kind: "submitted", output: "{}" };
    };
    const made: Setup = await setup({ Ask: ask }, { call });
    await made.pass(1_000);
    expect(await describeExecution(made.engine, made.id)).toMatchObject({ output: '"early"' });
  });
});
