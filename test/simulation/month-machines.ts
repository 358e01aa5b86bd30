/**
 * Machines that are open for months, in a store that forgets rows when their term is over: faults go on for a hundred
 * days, and all that an execution still needs has to be there as long as it is open.
 */
import type { Call, CallResult } from "../../lib/engine/ports.ts";
import type { Scenario } from "./harness.ts";

const day = 24 * 3_600;

const task = (name: string): string => `arn:aws:lambda:eu-central-1:123456789012:function:${name}`;

/** Whatever a crash loses, a retry brings back. */
const patient = [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 1, MaxAttempts: 100, MaxDelaySeconds: 5 }];

function answer(call: Call): CallResult {
  return { kind: "succeeded", output: JSON.stringify({ did: JSON.parse(call.arguments) }) };
}

const machine = (states: object): object => ({ StartAt: Object.keys(states)[0], States: states });

const napping = { Type: "Wait", SecondsPath: "$" };

const working = { Type: "Task", Resource: task("work"), Retry: patient };

const distributed = (states: object, ExecutionType = "STANDARD") => ({
  Type: "Map",
  ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType }, ...machine(states) },
});

const open = "for months";

export const months: Readonly<Record<string, Scenario>> = {
  /** Branches and iterations report over half a year, and the join has them all. */
  monthsBranches: {
    open,
    confluent: "always",
    task: answer,
    definition: machine({
      Both: {
        Type: "Parallel",
        Branches: [
          machine({ Quick: { ...working, End: true } }),
          machine({
            Each: {
              Type: "Map",
              MaxConcurrency: 3,
              ItemProcessor: machine({ Nap: { ...napping, Next: "Work" }, Work: { ...working, End: true } }),
              End: true,
            },
          }),
          machine({ Long: { Type: "Wait", Seconds: 130 * day, Next: "Late" }, Late: { ...working, End: true } }),
        ],
        Next: "Last",
      },
      Last: { ...working, End: true },
    }),
    input: [1, 35 * day, 2, 70 * day, 140 * day, 3],
  },
  /** Its first segments are older than the retention when it goes on. */
  monthsLoop: {
    open,
    confluent: "always",
    task: answer,
    definition: machine({
      Nap: { Type: "Wait", Seconds: 18 * day, Next: "Count" },
      Count: { Type: "Pass", Parameters: { "n.$": "States.MathAdd($.n, 1)" }, Next: "Again" },
      Again: {
        Type: "Choice",
        Choices: [{ Variable: "$.n", NumericLessThan: 12, Next: "Nap" }],
        Default: "Done",
      },
      Done: { ...working, End: true },
    }),
    input: { n: 0 },
  },
  /** A run that takes long, and one that has ended long before its execution does. */
  monthsRuns: {
    open,
    confluent: "without losses",
    atLeastOnce: true,
    task: answer,
    definition: machine({
      Each: {
        ...distributed({ Work: { ...working, End: true } }, "EXPRESS"),
        MaxConcurrency: 2,
        ResultPath: "$.each",
        Next: "Nap",
      },
      Nap: { Type: "Wait", Seconds: 40 * day, Next: "Long" },
      Long: {
        ...distributed({ Rest: { ...napping, Next: "Note" }, Note: { ...working, End: true } }),
        ItemsPath: "$.naps",
        MaxConcurrency: 2,
        ResultPath: "$.long",
        Next: "Later",
      },
      Later: { Type: "Wait", Seconds: 70 * day, Next: "Done" },
      Done: { ...working, End: true },
    }),
    input: { naps: [130 * day, 1, 2, 60 * day, 3] },
  },
  /** Redriven, half a year after the first of its children had succeeded. */
  monthsRedriven: {
    open,
    task: ({ arguments: given }) => {
      const { n, redriven } = JSON.parse(given);
      if (n > 1 && redriven === 0) return { kind: "failed", error: "Broken", cause: "not mended" };
      return { kind: "succeeded", output: JSON.stringify({ mended: n }) };
    },
    redriven: '[{"mended":1},{"mended":10368000},{"mended":2}]',
    definition: machine({
      Each: {
        ...distributed({
          Rest: { ...napping, Next: "Mend" },
          Mend: {
            Type: "Task",
            Resource: task("mend"),
            Parameters: { "n.$": "$", "redriven.$": "$$.Execution.RedriveCount" },
            Retry: [{ ErrorEquals: ["States.TaskFailed"], IntervalSeconds: 1, MaxAttempts: 1 }],
            End: true,
          },
        }),
        MaxConcurrency: 1,
        ToleratedFailurePercentage: 50,
        End: true,
      },
    }),
    input: [1, 120 * day, 2],
  },
  /** Somebody answers after up to five months. */
  monthsToken: {
    open,
    definition: machine({
      Each: {
        Type: "Map",
        ItemProcessor: machine({
          Ask: {
            Type: "Task",
            Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
            Parameters: { FunctionName: "ask", Payload: { "token.$": "$$.Task.Token" } },
            TimeoutSeconds: 200 * day,
            HeartbeatSeconds: 45 * day,
            Retry: patient,
            End: true,
          },
        }),
        End: true,
      },
    }),
    input: [1, 2],
  },
  /** A worker asks once a day, and takes up to five months. */
  monthsActivity: {
    open,
    activity: "pack",
    definition: machine({
      Nap: { Type: "Wait", Seconds: 50 * day, Next: "Pack" },
      Pack: {
        Type: "Task",
        Resource: "arn:aws:states:eu-central-1:123456789012:activity:pack",
        TimeoutSeconds: 200 * day,
        HeartbeatSeconds: 45 * day,
        Retry: patient,
        End: true,
      },
    }),
    input: {},
  },
};
