/** What an attempt called: the function and its log group, the execution it started, or something else. */
import { describe, expect, test } from "vitest";
import { functionOf, logGroupLink, startedExecution } from "../../../console/execution/called.ts";
import { tolerance } from "../../../console/execution/item-counts.ts";
import type { Attempt } from "../../../lib/asl/history/visits.ts";
import { toldCounts } from "../../../lib/cli/explain/map-runs.ts";

const attempt = (more: Partial<Attempt>): Attempt => ({ event: 3, at: 0, status: "succeeded", ...more });
const invoked = (name: string): Attempt =>
  attempt({ resource: "lambda:invoke.waitForTaskToken", arguments: JSON.stringify({ FunctionName: name }) });

test.each<[Attempt, string | undefined]>([
  [attempt({ resource: "arn:aws:lambda:us-east-1:000000000000:function:pay" }), "pay"],
  [attempt({ resource: "arn:aws:lambda:us-east-1:000000000000:function:pay:live" }), "pay"],
  [invoked("pay"), "pay"],
  [invoked("pay:7"), "pay"],
  [invoked("123456789012:function:pay"), "pay"],
  [invoked("arn:aws:lambda:us-east-1:123456789012:function:pay"), "pay"],
  [attempt({ resource: "lambda:invoke", arguments: "no JSON" }), undefined],
  [attempt({ resource: "sqs:sendMessage", arguments: '{"FunctionName":"pay"}' }), undefined],
  [attempt({}), undefined],
])("%j calls function %s", (given, name) => {
  expect(functionOf(given)?.name).toBe(name);
});

const arn = "arn:aws:states:us-east-1:000000000000:execution:van:7";

test.each<[Partial<Attempt>, string | undefined]>([
  [{ resource: "states:startExecution", result: JSON.stringify({ ExecutionArn: arn }) }, arn],
  [{ resource: "states:startExecution.sync:2", cause: JSON.stringify({ ExecutionArn: arn }) }, arn],
  [{ resource: "states:startExecution.sync", cause: "it broke" }, undefined],
  [{ resource: "states:startExecution", result: '{"ExecutionArn":"javascript:alert(1)"}' }, undefined],
  [{ resource: "lambda:invoke", result: JSON.stringify({ ExecutionArn: arn }) }, undefined],
])("%j started %s", (given, expected) => {
  expect(startedExecution(attempt(given))).toBe(expected);
});

test("the log group's page, around the time of the attempt, wherever its console is", () => {
  const link = (partition: string): string =>
    logGroupLink(arn.replace("aws", partition), { name: "pay" }, 100_000, 200_000);
  expect(link("aws")).toBe(
    "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/$252Faws$252Flambda$252Fpay/log-events$3Fstart$3D40000$26end$3D260000",
  );
  expect(link("aws-cn")).toContain("https://us-east-1.console.amazonaws.cn/");
});

describe("a Map Run in words", () => {
  const run = { status: "RUNNING", maxConcurrency: 0, executionCounts: {} };

  test.each([
    [{ total: 0 }, "none yet of 0 items"],
    [{ total: 1, running: 1 }, "1 running of 1 item"],
    [{ total: 9, succeeded: 5, timedOut: 1, aborted: 3 }, "5 succeeded, 1 timed out, 3 stopped of 9 items"],
  ])("%j", (counts, expected) => {
    expect(toldCounts(counts, "item")).toBe(expected);
  });

  test.each([
    [0, 0, { total: 5 }, "The first item that fails ends all."],
    [0, 0, { total: 5, failed: 1 }, "One failed item ended all."],
    [3, 0, { total: 60, failed: 2, timedOut: 1 }, "It tolerates 3 failed items; so far 3 (5 %) failed."],
    [1, 10, { total: 0 }, "It tolerates 1 failed item and 10 % of them failing; so far 0 failed."],
  ])("%i failed items, %i %%, %j", (toleratedFailureCount, toleratedFailurePercentage, itemCounts, expected) => {
    expect(tolerance({ ...run, toleratedFailureCount, toleratedFailurePercentage, itemCounts })).toBe(expected);
  });
});
