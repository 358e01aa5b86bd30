/** Machines for the simulation: small ones that have in them whatever the engine must get right. Groups are four wide here. */
import type { Call, CallResult } from "../../lib/engine/ports.ts";
import type { Scenario } from "./harness.ts";
import { mapRuns } from "./map-run-machines.ts";

const task = (name: string): string => `arn:aws:lambda:eu-central-1:123456789012:function:${name}`;

const job = (name: string): string => `arn:aws:states:::service:${name}.sync`;

/** Whatever a crash loses, a retry brings back. */
const patient = [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 1, MaxAttempts: 100, MaxDelaySeconds: 5 }];

function answer(call: Call): CallResult {
  if (/:broken(\.sync)?$/.test(call.resource)) return { kind: "failed", error: "Broken", cause: "it is broken" };
  return { kind: "succeeded", output: JSON.stringify({ did: JSON.parse(call.arguments) }) };
}

/** Items are mended one redrive after the other: the third fails twice, the fourth never, and so on. */
function mended(call: Call): CallResult {
  const { n, redriven } = JSON.parse(call.arguments);
  if (redriven < n % 3) return { kind: "failed", error: "Broken", cause: `not mended in ${redriven} redrives` };
  return { kind: "succeeded", output: JSON.stringify({ mended: n }) };
}

const mending = {
  Type: "Task",
  Resource: task("mend"),
  Parameters: { "n.$": "$", "redriven.$": "$$.Execution.RedriveCount" },
  Retry: [{ ErrorEquals: ["States.TaskFailed"], IntervalSeconds: 1, MaxAttempts: 1 }],
};

export const machines: Readonly<Record<string, Scenario>> = {
  chain: {
    confluent: "always",
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
    confluent: "always",
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
    confluent: "always",
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
    confluent: "always",
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
    confluent: "always",
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
  jobs: {
    task: answer,
    longestJob: 1_500_000,
    definition: {
      StartAt: "Each",
      States: {
        Each: {
          Type: "Map",
          MaxConcurrency: 2,
          ItemProcessor: {
            StartAt: "Job",
            States: {
              Job: { Type: "Task", Resource: job("work"), TimeoutSeconds: 900, Retry: patient, Next: "Note" },
              Note: { Type: "Pass", End: true },
            },
          },
          Next: "Last",
        },
        Last: { Type: "Task", Resource: job("last"), Retry: patient, End: true },
      },
    },
    input: [1, 2, 3],
  },
  /** One of them breaks, or all are stopped: whoever's job still runs has it stopped. */
  jobsStopped: {
    task: answer,
    longestJob: 400_000,
    stopAfter: 180_000,
    definition: {
      StartAt: "Both",
      States: {
        Both: {
          Type: "Parallel",
          Branches: [
            { StartAt: "Long", States: { Long: { Type: "Task", Resource: job("long"), End: true } } },
            { StartAt: "Break", States: { Break: { Type: "Task", Resource: job("broken"), End: true } } },
          ],
          Catch: [{ ErrorEquals: ["States.ALL"], Next: "Again" }],
          Next: "Again",
        },
        Again: { Type: "Task", Resource: job("again"), TimeoutSeconds: 60, End: true },
      },
    },
    input: {},
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
  callback: {
    definition: {
      StartAt: "Ask",
      States: {
        Ask: {
          Type: "Task",
          Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
          Parameters: { "token.$": "$$.Task.Token" },
          TimeoutSeconds: 300,
          HeartbeatSeconds: 60,
          Retry: patient,
          Next: "Done",
        },
        Done: { Type: "Pass", End: true },
      },
    },
    input: {},
  },
  again: {
    task: answer,
    confluent: "always",
    definition: {
      StartAt: "Map",
      States: {
        Map: {
          Type: "Map",
          ItemsPath: "$.items",
          ItemProcessor: {
            StartAt: "Work",
            States: {
              Work: { Type: "Task", Resource: task("work"), Retry: patient, Next: "Judge" },
              Judge: {
                Type: "Choice",
                Choices: [{ Variable: "$.did", NumericGreaterThan: 1, Next: "Broken" }],
                Default: "Fine",
              },
              Broken: { Type: "Fail", Error: "Broken" },
              Fine: { Type: "Wait", Seconds: 20, Next: "Over" },
              Over: { Type: "Succeed" },
            },
          },
          Retry: [{ ErrorEquals: ["Broken"], IntervalSeconds: 1, MaxAttempts: 2 }],
          Catch: [{ ErrorEquals: ["Broken"], ResultPath: "$.error", Next: "Caught" }],
          End: true,
        },
        Caught: { Type: "Pass", OutputPath: "$.items", End: true },
      },
    },
    input: { items: [1, 2] },
  },
  /** Five groups, in two groups of groups. */
  wide: {
    confluent: "always",
    definition: {
      StartAt: "Fan",
      States: {
        Fan: {
          Type: "Map",
          MaxConcurrency: 3,
          ItemProcessor: { StartAt: "One", States: { One: { Type: "Pass", End: true } } },
          End: true,
        },
      },
    },
    input: Array.from({ length: 18 }, (_, index) => index),
  },
  longStop: {
    stopAfter: 30_000,
    task: answer,
    definition: {
      StartAt: "Outer",
      States: {
        Outer: {
          Type: "Parallel",
          Branches: [
            {
              StartAt: "Fan",
              States: {
                Fan: {
                  Type: "Map",
                  ItemProcessor: {
                    StartAt: "Long",
                    States: {
                      Long: { Type: "Wait", Seconds: 100_000, Next: "Late" },
                      Late: { Type: "Pass", End: true },
                    },
                  },
                  End: true,
                },
              },
            },
            {
              StartAt: "Slow",
              States: {
                Slow: { Type: "Wait", Seconds: 200_000, Next: "Later" },
                Later: { Type: "Task", Resource: task("late"), End: true },
              },
            },
          ],
          End: true,
        },
      },
    },
    input: [1, 2, 3],
  },
  activity: {
    activity: "pack",
    definition: {
      StartAt: "Each",
      States: {
        Each: {
          Type: "Map",
          ItemProcessor: {
            StartAt: "Pack",
            States: {
              Pack: {
                Type: "Task",
                Resource: "arn:aws:states:eu-central-1:123456789012:activity:pack",
                TimeoutSeconds: 400,
                HeartbeatSeconds: 90,
                Retry: patient,
                End: true,
              },
            },
          },
          End: true,
        },
      },
    },
    input: [1, 2, 3],
  },
  mended: {
    task: mended,
    confluent: "without losses",
    redriven: '[[{"mended":3},3],[{"mended":1},1],[{"mended":2},2],[{"mended":6},6],[{"mended":5},5]]',
    definition: {
      StartAt: "Each",
      TimeoutSeconds: 1_000_000,
      States: {
        Each: {
          Type: "Map",
          MaxConcurrency: 2,
          ItemProcessor: {
            StartAt: "Both",
            States: {
              Both: {
                Type: "Parallel",
                Branches: [
                  { StartAt: "Mend", States: { Mend: { ...mending, End: true } } },
                  {
                    StartAt: "Rest",
                    States: { Rest: { Type: "Wait", Seconds: 4, Next: "Rested" }, Rested: { Type: "Pass", End: true } },
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
    input: [3, 1, 2, 6, 5],
  },
  wideMended: {
    task: mended,
    longWork: true,
    redriven: JSON.stringify(Array.from({ length: 262 }, (_, index) => ({ mended: index === 259 ? 1 : 3 }))),
    definition: {
      StartAt: "Fan",
      States: {
        Fan: {
          Type: "Map",
          MaxConcurrency: 3,
          ItemProcessor: { StartAt: "Mend", States: { Mend: { ...mending, End: true } } },
          End: true,
        },
      },
    },
    input: Array.from({ length: 262 }, (_, index) => (index === 259 ? 1 : 3)),
  },
  closing: {
    stopAfter: 30_000,
    definition: {
      StartAt: "Fan",
      States: {
        Fan: {
          Type: "Map",
          MaxConcurrency: 2,
          ItemProcessor: {
            StartAt: "Sleep",
            States: { Sleep: { Type: "Wait", SecondsPath: "$", Next: "Woken" }, Woken: { Type: "Pass", End: true } },
          },
          End: true,
        },
      },
    },
    input: [30, 30, 100_000, 100_000, 100_000, 100_000],
  },
  slow: {
    confluent: "always",
    longestTask: 1_200_000,
    definition: {
      StartAt: "Fan",
      States: {
        Fan: {
          Type: "Map",
          ItemProcessor: {
            StartAt: "Slow",
            States: { Slow: { Type: "Task", Resource: task("slow"), Retry: patient, End: true } },
          },
          End: true,
        },
      },
    },
    input: [1, 2, 3, 4, 5, 6, 7, 8],
  },
  ...mapRuns,
};
