/** Map Runs on the command line: what their children came to and why, and what they cost, everywhere the same. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { lostCause } from "../../lib/asl/states/lost.ts";
import { connect } from "../../lib/cli/client.ts";
import { childrenNotes, childrenOf, noChildren } from "../../lib/cli/cost/children.ts";
import { toldRun } from "../../lib/cli/explain/failed-child.ts";
import type { Ask, MapRun } from "../../lib/cli/explain/map-runs.ts";
import { story } from "../../lib/cli/follow.ts";
import { type LocalBaton, startLocal } from "../../lib/local/baton.ts";
import { role } from "../api/requests.ts";
import { baton, folderOf } from "./baton.ts";

/** Three transitions for an item, two for every seventh, which fails. */
const each = (ExecutionType: "STANDARD" | "EXPRESS", more: object) => ({
  StartAt: "Each",
  States: {
    Each: {
      Type: "Map",
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType },
        StartAt: "Which",
        States: {
          Which: { Type: "Choice", Choices: [{ Variable: "$", NumericEquals: 7, Next: "No" }], Default: "Go" },
          No: { Type: "Fail", Error: "Seven", Cause: "no sevens here" },
          Go: { Type: "Pass", Next: "Done" },
          Done: { Type: "Succeed" },
        },
      },
      ...more,
      End: true,
    },
  },
});
const machines = {
  patient: each("STANDARD", { ToleratedFailureCount: 9 }),
  strict: each("STANDARD", {}),
  express: each("EXPRESS", { ToleratedFailureCount: 9 }),
};
const items = JSON.stringify(Array.from({ length: 40 }, (_, number) => number % 10));
const folder = folderOf({});
let server: LocalBaton;
let at: readonly string[];

beforeAll(async () => {
  server = await startLocal({ port: 0, folder: join(folder, "data") });
  at = ["--url", server.url];
  const client = connect(server.url);
  for (const [name, definition] of Object.entries(machines)) {
    const machine = { name, definition: JSON.stringify(definition), roleArn: role };
    const { stateMachineArn } = await client.call("CreateStateMachine", machine);
    await client.call("StartExecution", { stateMachineArn, name: "one", input: items });
  }
  const ended = async (): Promise<boolean> => {
    for (const name of Object.keys(machines)) {
      const { out } = await baton("list", name, "--status", "RUNNING", "--json", ...at);
      if (out.trim() !== "[]") return false;
    }
    return true;
  };
  await vi.waitUntil(ended, { timeout: 20_000 });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("what a run costs", () => {
  // 36 children of three transitions, 4 of two, and the Map itself
  const transitions = 36 * 3 + 4 * 2 + 1;

  test("has the children in it, estimated from some of them", async () => {
    const { out } = await baton("cost", "patient/one", "--json", ...at);
    const [{ aloneUsd, stepFunctionsUsd, ...counted }] = JSON.parse(out);
    expect(counted).toMatchObject({ states: 1, transitions, children: { counted: 40, looked: 12, left: 0 } });
    expect(stepFunctionsUsd).toBeCloseTo((transitions * 25) / 1e6, 10);
    expect(aloneUsd).toBeGreaterThan(40 * 0.00001);
  });

  test("is the same in baton cost, baton explain and at the end of a run that is followed", async () => {
    const [{ aloneUsd, stepFunctionsUsd }] = JSON.parse((await baton("cost", "patient/one", "--json", ...at)).out);
    const short = (usd: number): string => `$${usd.toFixed(1 - Math.floor(Math.log10(usd)))}`;
    const note = "40 children of its Map Runs are counted in, estimated from the histories of 12 of them.";
    const explained = (await baton("explain", "patient/one", ...at)).out;
    expect(explained).toContain(
      `Such a run costs about ${short(aloneUsd)} on AWS; on Step Functions it would be ${short(stepFunctionsUsd)}. ${note}`,
    );
    expect((await baton("cost", "patient/one", ...at)).out).toContain(note);
    const { out } = await baton("start", "patient", "--follow", "--input", items, ...at);
    expect(out).toContain(`  ${transitions} transitions · on AWS ${short(aloneUsd)} here`);
    expect(out).toContain(`  ${note}`);
  });

  test("says plainly that EXPRESS children are not in it", async () => {
    const { out } = await baton("explain", "express/one", ...at);
    expect(out).toContain("Without 40 children of its Map Runs whose histories are not kept");
    const [counted] = JSON.parse((await baton("cost", "express/one", "--json", ...at)).out);
    expect(counted).toMatchObject({ transitions: 1, children: { counted: 0, left: 40 } });
  });

  test("of many Map Runs the newest are looked at, and the rest and nested ones are named", async () => {
    const arns = Array.from({ length: 30 }, (_, number) => `run-${number}`);
    const child = ["PassStateEntered", "MapRunStarted"].map((type, id) => ({
      id,
      previousEventId: 0,
      timestamp: 0,
      type,
    }));
    const answers: Readonly<Record<string, object>> = {
      ListMapRuns: { mapRuns: arns.map((mapRunArn) => ({ mapRunArn })) },
      DescribeMapRun: { executionCounts: { succeeded: 5 } },
      ListExecutions: { executions: [{ executionArn: "child", status: "SUCCEEDED" }], nextToken: "more" },
      GetExecutionHistory: { events: child },
    };
    const asked: string[] = [];
    const ask = (async (operation: string) => {
      asked.push(operation);
      return answers[operation];
    }) as unknown as Ask; // answers as short as the test needs them
    const children = await childrenOf(ask, "arn", child);
    expect(children).toMatchObject({ counted: 100, looked: 20, runsLeft: 10, nested: true });
    expect(children.estimate.transitions).toBe(100);
    expect(childrenNotes(children).slice(1)).toEqual([
      "Without the children of 10 older Map Runs.",
      "Without the children of Map Runs inside its children.",
    ]);
    expect(asked.filter((operation) => operation === "GetExecutionHistory")).toHaveLength(20);
  });

  test("without a Map Run nothing is asked", async () => {
    const ask = (() => Promise.reject(new Error("asked"))) as Ask;
    expect(await childrenOf(ask, "arn", [{ type: "MapStateStarted" }])).toBe(noChildren);
  });
});

describe("what became of the items", () => {
  const arnIn = (json: string): string => JSON.parse(json).mapRuns[0].mapRunArn;

  test("explain says how many, why the first one failed, and what lists them", async () => {
    const { out: json } = await baton("explain", "strict/one", "--json", ...at);
    const [run] = JSON.parse(json).mapRuns;
    expect(run).toMatchObject({
      status: "FAILED",
      itemCounts: { total: 40 },
      failed: { says: "The first child that failed: Failed in state No: Seven.", cause: "no sevens here" },
    });
    const { out } = await baton("explain", "strict/one", ...at);
    expect(out).toMatch(
      /\nMap Run of Each: .*\d failed.* of 40 items\.\n {2}The first child that failed: Failed in state No: Seven\.\n {4}no sevens here\n/,
    );
    expect(out).toContain(`  baton list ${run.mapRunArn} --status FAILED`);
  });

  test("an attempt that was lost with its worker: a Retry would have helped", async () => {
    const description = { status: "FAILED", startDate: 1, error: "States.TaskFailed", cause: lostCause };
    const event = (id: number, type: string, details = {}) =>
      ({ id, previousEventId: id - 1, timestamp: 1, type, ...details }) as const;
    const history = [
      event(1, "ExecutionStarted"),
      event(2, "TaskStateEntered", { stateEnteredEventDetails: { name: "Work" } }),
      event(3, "LambdaFunctionScheduled"),
      event(4, "LambdaFunctionFailed", { lambdaFunctionFailedEventDetails: { error: "States.TaskFailed" } }),
      event(5, "ExecutionFailed"),
    ];
    const children = [3, 2].map((stopDate) => ({ executionArn: `child-${stopDate}`, status: "FAILED", stopDate }));
    const answers: Readonly<Record<string, object>> = {
      ListExecutions: { executions: children, nextToken: "more" },
      DescribeExecution: description,
      GetExecutionHistory: { events: history.toReversed() },
    };
    const ask = (async (operation: string) => answers[operation]) as unknown as Ask; // as short as the test needs
    const counts = { total: 9, failed: 9 };
    const run = {
      mapRunArn: "run",
      status: "FAILED",
      itemCounts: counts,
      executionCounts: counts,
    } as unknown as MapRun;
    expect((await toldRun(ask, run, "Each")).failed).toEqual({
      executionArn: "child-2",
      says: "One of the children that failed: Failed in state Work: States.TaskFailed.",
      cause: lostCause,
      because: "A Retry for States.TaskFailed in Work would have tried again.",
      status: "FAILED",
    });
  });

  test("describe counts them, and list shows the children, all or of one status", async () => {
    const { out: json } = await baton("describe", "patient/one", "--json", ...at);
    const mapRunArn = arnIn(json);
    const { out } = await baton("describe", "patient/one", ...at);
    expect(out).toContain(`  map run  36 succeeded, 4 failed of 40 items  ${mapRunArn}`);
    const failed = (await baton("list", mapRunArn, "--status", "FAILED", ...at)).out.trim().split("\n");
    expect(failed).toHaveLength(5);
    expect(failed[0]).toMatch(/^STATUS +STARTED +TOOK +ITEMS +EXECUTION/);
    expect(failed[1]).toMatch(/^FAILED .* arn:aws:states:us-east-1:000000000000:execution:patient\/[^:]+:[^:]+$/);
    const child = failed[1]?.split(/ +/).at(-1) ?? "";
    for (const name of [child, child.split(":").slice(-2).join("/")])
      expect((await baton("explain", name, ...at)).out).toContain("Failed in state No: Seven.");
    expect(JSON.parse((await baton("list", mapRunArn, "--json", ...at)).out)).toHaveLength(40);
    const express = arnIn((await baton("describe", "express/one", "--json", ...at)).out);
    expect((await baton("list", express, ...at)).out).toContain("EXPRESS children are not listed");
  });

  test("--follow tells that they are executions of their own, and what they came to", async () => {
    const { out } = await baton("start", "patient", "--follow", "--input", items, ...at);
    expect(out).toContain("⑂ Each over 40 items, as executions of their own\n");
    expect(out).toMatch(/ {2}⑂ Each +[\d.]+ m?s {2}36 succeeded, 4 failed of 40 items\n/);
    const event = { id: 2, previousEventId: 1, type: "MapStateStarted", mapStateStartedEventDetails: { length: 0 } };
    const run = { id: 3, previousEventId: 2, type: "MapRunStarted" };
    expect(story([event, run]).map(({ text }) => text)).toEqual([
      "⑂  over items that are yet to be read, as executions of their own",
    ]);
  });
});
