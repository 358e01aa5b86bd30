/** What a history says of each state, against the recorded histories of the examples and small ones of our own. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Progress, progressOf } from "../../../lib/asl/graph/progress.ts";
import type { AwsHistoryEvent } from "../../../lib/asl/history.ts";
import { parseDefinition } from "../../../lib/asl/parse.ts";
import { simulate } from "../../../lib/asl/simulate.ts";
import { examples, inExample } from "./machine.ts";

function told({ states }: Progress): Record<string, string> {
  return Object.fromEntries(
    [...states].map(([name, { status, visits, failures }]) => [
      name,
      `${status} ${visits}${failures ? ` -${failures}` : ""}`,
    ]),
  );
}

function recorded(example: string, name: string): readonly AwsHistoryEvent[] {
  return JSON.parse(readFileSync(inExample(example, "cases", name, "history.json"), "utf8"));
}

describe("progressOf", () => {
  test.each([
    [
      "unknown-address",
      {
        ValidateOrder: "succeeded 1",
        CheckStockAndFraud: "succeeded 1",
        ReserveStock: "succeeded 1",
        CheckFraud: "succeeded 1",
        StockAndFraudOk: "succeeded 1",
        ChargeCard: "succeeded 1",
        PackItems: "succeeded 1",
        PackItem: "succeeded 2",
        ShipOrder: "caught 1 -1",
        RefundCard: "succeeded 1",
        ReleaseStock: "succeeded 1",
        OrderFailed: "failed 1",
      },
    ],
  ])("%s: each state by what became of it", (name, expected) => {
    expect(told(progressOf(recorded("order-processing", name)))).toEqual(expected);
  });

  test("the ways that were gone, the caught one as such", () => {
    const { taken } = progressOf(recorded("order-processing", "unknown-address"));
    expect(taken.map(({ from, to, caught }) => `${from} ${caught ? "~>" : "->"} ${to}`)).toEqual([
      "ValidateOrder -> CheckStockAndFraud",
      "CheckStockAndFraud -> StockAndFraudOk",
      "StockAndFraudOk -> ChargeCard",
      "ChargeCard -> PackItems",
      "PackItems -> ShipOrder",
      "ShipOrder ~> RefundCard",
      "RefundCard -> ReleaseStock",
      "ReleaseStock -> OrderFailed",
    ]);
  });

  test("of an ended execution nothing runs any more, of a cut-off history something does", () => {
    for (const example of examples) {
      for (const name of readdirSync(inExample(example, "cases"))) {
        const events = recorded(example, name);
        expect(Object.values(told(progressOf(events))).filter((one) => one.startsWith("running"))).toEqual([]);
        const cut = told(progressOf(events.slice(0, 3)));
        expect(Object.values(cut), `${example} ${name}`).toEqual([expect.stringMatching(/^running 1/)]);
      }
    }
  });

  test.each([
    [
      "a branch that fails brings its neighbour down, and a catcher takes it",
      { Catch: [{ ErrorEquals: ["States.ALL"], Next: "After" }] },
      { Fork: "caught 1 -1", Bad: "failed 1 -1", Slow: "aborted 1", After: "succeeded 1" },
    ],
    ["uncaught, the fork has failed too", {}, { Fork: "failed 1 -1", Bad: "failed 1 -1", Slow: "aborted 1" }],
    [
      "tried again, it is entered once and its branches twice",
      { Retry: [{ ErrorEquals: ["States.ALL"], MaxAttempts: 1 }] },
      { Fork: "failed 1 -2", Bad: "failed 2 -2", Slow: "aborted 2" },
    ],
  ])("%s", async (_what, handlers, expected) => {
    const parsed = parseDefinition({
      StartAt: "Fork",
      States: {
        Fork: {
          Type: "Parallel",
          Branches: [
            {
              StartAt: "Bad",
              States: { Bad: { Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage", End: true } },
            },
            { StartAt: "Slow", States: { Slow: { Type: "Wait", Seconds: 60, End: true } } },
          ],
          Next: "After",
          ...handlers,
        },
        After: { Type: "Pass", End: true },
      },
    });
    if (parsed.kind === "problems") throw new Error(parsed.problems.map(({ message }) => message).join("; "));
    const boom = { error: "Boom" };
    const { history } = await simulate(parsed.definition, "{}", { tasks: { Bad: [boom, boom] } });
    const reached = told(progressOf(history()));
    expect(reached).toEqual(expected);
  });
});
