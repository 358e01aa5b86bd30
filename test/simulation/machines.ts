/** Machines for the simulation: small ones that have in them whatever the engine must get right. */
import type { Call, CallResult } from "../../lib/engine/ports.ts";
import type { Scenario } from "./harness.ts";

const task = (name: string): string => `arn:aws:lambda:eu-central-1:123456789012:function:${name}`;

/** Whatever a crash loses, a retry brings back. */
const patient = [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 1, MaxAttempts: 100, MaxDelaySeconds: 5 }];

function answer(call: Call): CallResult {
  if (call.resource.endsWith(":broken")) return { kind: "failed", error: "Broken", cause: "it is broken" };
  return { kind: "succeeded", output: JSON.stringify({ did: JSON.parse(call.arguments) }) };
}

export const machines: Readonly<Record<string, Scenario>> = {
  chain: {
    definition: {
      StartAt: "Pass",
      States: {
        Pass: { Type: "Pass", Result: { n: 1 }, ResultPath: "$.pass", Next: "Choose" },
        Choose: {
          Type: "Choice",
          Choices: [{ Variable: "$.n", NumericGreaterThan: 3, Next: "Rest" }],
          Default: "Fail",
        },
        Rest: { Type: "Wait", Seconds: 5, Next: "Long" },
        Long: { Type: "Wait", Seconds: 4_000, Next: "Done" },
        Done: { Type: "Succeed" },
        Fail: { Type: "Fail", Error: "TooSmall" },
      },
    },
    input: { n: 5 },
  },
  tasks: {
    task: answer,
    definition: {
      StartAt: "One",
      States: {
        One: { Type: "Task", Resource: task("one"), Retry: patient, ResultPath: "$.one", Next: "Two" },
        Two: { Type: "Task", Resource: task("two"), Retry: patient, ResultPath: "$.two", End: true },
      },
    },
    input: { order: 7 },
  },
  map: {
    task: answer,
    definition: {
      StartAt: "Map",
      States: {
        Map: {
          Type: "Map",
          ItemsPath: "$.items",
          MaxConcurrency: 2,
          ItemProcessor: {
            StartAt: "Work",
            States: {
              Work: { Type: "Task", Resource: task("work"), Retry: patient, Next: "Note" },
              Note: { Type: "Pass", End: true },
            },
          },
          End: true,
        },
      },
    },
    input: { items: [1, 2, 3, 4, 5] },
  },
  nested: {
    definition: {
      StartAt: "Outer",
      States: {
        Outer: {
          Type: "Map",
          MaxConcurrency: 0,
          ItemProcessor: {
            StartAt: "Inner",
            States: {
              Inner: {
                Type: "Parallel",
                Branches: [
                  { StartAt: "Left", States: { Left: { Type: "Pass", Result: "left", End: true } } },
                  {
                    StartAt: "Nap",
                    States: { Nap: { Type: "Wait", Seconds: 3, Next: "Right" }, Right: { Type: "Pass", End: true } },
                  },
                ],
                End: true,
              },
            },
          },
          End: true,
        },
      },
    },
    input: ["a", "b", "c"],
  },
  failingScope: {
    task: answer,
    definition: {
      StartAt: "Both",
      States: {
        Both: {
          Type: "Parallel",
          Branches: [
            {
              StartAt: "Break",
              States: {
                Break: {
                  Type: "Task",
                  Resource: task("broken"),
                  Retry: [{ ErrorEquals: ["States.TaskFailed"], MaxAttempts: 1 }],
                  End: true,
                },
              },
            },
            {
              StartAt: "Deep",
              States: {
                Deep: {
                  Type: "Map",
                  ItemsPath: "$.items",
                  MaxConcurrency: 1,
                  ItemProcessor: {
                    StartAt: "Sleep",
                    States: { Sleep: { Type: "Wait", Seconds: 30, Next: "Woken" }, Woken: { Type: "Pass", End: true } },
                  },
                  End: true,
                },
              },
            },
          ],
          Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "After" }],
          Next: "After",
        },
        After: { Type: "Pass", OutputPath: "$.items", End: true },
      },
    },
    input: { items: [1, 2, 3] },
  },
  deadline: {
    definition: {
      StartAt: "Both",
      TimeoutSeconds: 2_000,
      States: {
        Both: {
          Type: "Parallel",
          Branches: [
            { StartAt: "Quick", States: { Quick: { Type: "Pass", End: true } } },
            {
              StartAt: "Slow",
              States: { Slow: { Type: "Wait", Seconds: 9_000, Next: "Late" }, Late: { Type: "Pass", End: true } },
            },
          ],
          End: true,
        },
      },
    },
    input: {},
  },
  stopped: {
    stopAfter: 20_000,
    definition: {
      StartAt: "Fan",
      States: {
        Fan: {
          Type: "Map",
          MaxConcurrency: 2,
          ItemProcessor: {
            StartAt: "Tick",
            States: { Tick: { Type: "Wait", Seconds: 15, Next: "Tock" }, Tock: { Type: "Pass", End: true } },
          },
          End: true,
        },
      },
    },
    input: [1, 2, 3, 4, 5, 6],
  },
};
