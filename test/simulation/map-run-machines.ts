/** Machines whose Maps are distributed, for the simulation. */
import type { Call, CallResult } from "../../lib/engine/ports.ts";
import type { Scenario } from "./harness.ts";

const task = (name: string): string => `arn:aws:lambda:eu-central-1:123456789012:function:${name}`;

/** Whatever a crash loses, a retry brings back. */
const patient = [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 1, MaxAttempts: 100, MaxDelaySeconds: 5 }];

function answer(call: Call): CallResult {
  return { kind: "succeeded", output: JSON.stringify({ did: JSON.parse(call.arguments) }) };
}

/** A Map whose children are executions of their own. */
function distributed(states: object, more: object = {}, ExecutionType = "STANDARD"): object {
  const [StartAt] = Object.keys(states);
  const ProcessorConfig = { Mode: "DISTRIBUTED", ExecutionType };
  return { Type: "Map", Label: "Each", ItemProcessor: { ProcessorConfig, StartAt, States: states }, ...more };
}

const reading = (Key: string) => ({ Resource: "arn:aws:states:::s3:getObject", Parameters: { Bucket: "in", Key } });

/** A run whose children sleep, until the branch beside it fails. */
const besideFailure = [
  {
    StartAt: "Run",
    States: {
      Run: distributed({ Nap: { Type: "Wait", Seconds: 500, End: true } }, { MaxConcurrency: 2, End: true }),
    },
  },
  {
    StartAt: "Rest",
    States: {
      Rest: { Type: "Wait", Seconds: 3, Next: "Break" },
      Break: { Type: "Fail", Error: "Broken", Cause: "it is broken" },
    },
  },
];

export const mapRuns: Readonly<Record<string, Scenario>> = {
  mapRun: {
    confluent: "always",
    task: answer,
    definition: {
      StartAt: "Run",
      States: {
        Run: distributed(
          {
            Work: { Type: "Task", Resource: task("work"), Retry: patient, Next: "Nap" },
            Nap: { Type: "Wait", Seconds: 2, Next: "Note" },
            Note: { Type: "Pass", End: true },
          },
          { MaxConcurrency: 2, End: true },
        ),
      },
    },
    input: [1, 2, 3, 4, 5],
  },
  mapRunFails: {
    confluent: "always",
    task: answer,
    definition: {
      StartAt: "Run",
      States: {
        Run: distributed(
          {
            Choose: {
              Type: "Choice",
              Choices: [{ Variable: "$", NumericEquals: 3, Next: "Fail" }],
              Default: "Nap",
            },
            Fail: { Type: "Fail", Error: "Three" },
            Nap: { Type: "Wait", Seconds: 20, End: true },
          },
          {
            MaxConcurrency: 3,
            Retry: [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 1, MaxAttempts: 1 }],
            Catch: [{ ErrorEquals: ["States.ALL"], Next: "Caught" }],
            End: true,
          },
        ),
        Caught: { Type: "Pass", End: true },
      },
    },
    input: [1, 2, 3, 4, 5, 6],
  },
  mapRunWideFails: {
    confluent: "always",
    definition: {
      StartAt: "Run",
      States: {
        Run: distributed(
          {
            Choose: { Type: "Choice", Choices: [{ Variable: "$", NumericEquals: 6, Next: "Fail" }], Default: "Nap" },
            Fail: { Type: "Fail", Error: "Six" },
            Nap: { Type: "Wait", Seconds: 20, End: true },
          },
          { MaxConcurrency: 12, Catch: [{ ErrorEquals: ["States.ALL"], Next: "Caught" }], End: true },
        ),
        Caught: { Type: "Pass", End: true },
      },
    },
    input: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  },
  mapRunLate: {
    confluent: "always",
    definition: {
      StartAt: "Run",
      States: {
        Run: distributed(
          {
            Choose: { Type: "Choice", Choices: [{ Variable: "$", NumericEquals: 3, Next: "Nap" }], Default: "Note" },
            Nap: { Type: "Wait", Seconds: 900, Next: "Fail" },
            Fail: { Type: "Fail", Error: "Three" },
            Note: { Type: "Pass", End: true },
          },
          { MaxConcurrency: 3, Catch: [{ ErrorEquals: ["States.ALL"], Next: "Caught" }], End: true },
        ),
        Caught: { Type: "Pass", End: true },
      },
    },
    input: [1, 2, 3],
  },
  mapRunFiles: {
    confluent: "always",
    task: answer,
    files: { in: { "items.csv": ["n,name", ...Array.from({ length: 23 }, (_, n) => `${n},item ${n}`)].join("\n") } },
    definition: {
      StartAt: "Run",
      States: {
        Run: distributed(
          {
            Choose: {
              Type: "Choice",
              Choices: [{ Variable: "$.Items[0].n", StringEquals: "6", Next: "Fail" }],
              Default: "Work",
            },
            Fail: { Type: "Fail", Error: "Six" },
            Work: { Type: "Task", Resource: task("work"), Retry: patient, End: true },
          },
          {
            ItemReader: { ...reading("items.csv"), ReaderConfig: { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW" } },
            ItemBatcher: { MaxItemsPerBatch: 3 },
            ToleratedFailurePercentage: 20,
            MaxConcurrency: 3,
            ResultWriter: { Resource: "arn:aws:states:::s3:putObject", Parameters: { Bucket: "out", Prefix: "x" } },
            ResultPath: null,
            End: true,
          },
        ),
      },
    },
    input: {},
  },
  mapRunStopped: {
    definition: {
      StartAt: "Run",
      States: { Run: distributed({ Nap: { Type: "Wait", Seconds: 3, End: true } }, { MaxConcurrency: 3, End: true }) },
    },
    input: [1, 2, 3, 4, 5, 6, 7, 8],
    stopAfter: 4_000,
  },
  /** Each redrive opens the run again and ends at once. */
  mapRunInVain: {
    definition: {
      StartAt: "Both",
      States: {
        Both: {
          Type: "Parallel",
          Branches: besideFailure,
          End: true,
        },
      },
    },
    input: [1, 2, 3],
  },
  mapRunAborted: {
    confluent: "always",
    definition: {
      StartAt: "Both",
      States: {
        Both: {
          Type: "Parallel",
          Branches: besideFailure,
          Catch: [{ ErrorEquals: ["States.ALL"], Next: "Caught" }],
          End: true,
        },
        Caught: { Type: "Pass", End: true },
      },
    },
    input: [1, 2, 3, 4, 5],
  },
  mapRunWide: {
    confluent: "always",
    definition: {
      StartAt: "Run",
      States: {
        Run: distributed({ Note: { Type: "Pass", End: true } }, { MaxConcurrency: 6, End: true }),
      },
    },
    input: Array.from({ length: 11 }, (_, n) => n),
  },
  mapRunExpress: {
    confluent: "without losses",
    task: answer,
    atLeastOnce: true,
    longestTask: 1_000,
    files: { in: { "items.csv": ["n,name", ...Array.from({ length: 23 }, (_, n) => `${n},item ${n}`)].join("\n") } },
    definition: {
      StartAt: "Run",
      States: {
        Run: distributed(
          {
            Choose: {
              Type: "Choice",
              Choices: [{ Variable: "$.Items[0].n", StringEquals: "6", Next: "Fail" }],
              Default: "Nap",
            },
            Fail: { Type: "Fail", Error: "Six" },
            Nap: { Type: "Wait", Seconds: 2, Next: "Work" },
            Work: { Type: "Task", Resource: task("work"), Retry: patient, End: true },
          },
          {
            ItemReader: { ...reading("items.csv"), ReaderConfig: { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW" } },
            ItemBatcher: { MaxItemsPerBatch: 3 },
            ToleratedFailurePercentage: 20,
            MaxConcurrency: 3,
            ResultWriter: { Resource: "arn:aws:states:::s3:putObject", Parameters: { Bucket: "out", Prefix: "x" } },
            ResultPath: null,
            End: true,
          },
          "EXPRESS",
        ),
      },
    },
    input: {},
  },
  mapRunExpressStopped: {
    definition: {
      StartAt: "Run",
      States: {
        Run: distributed({ Nap: { Type: "Wait", Seconds: 3, End: true } }, { MaxConcurrency: 3, End: true }, "EXPRESS"),
      },
    },
    input: [1, 2, 3, 4, 5, 6, 7, 8],
    stopAfter: 4_000,
  },
  mapRunExpressWide: {
    confluent: "without losses",
    definition: {
      StartAt: "Run",
      States: {
        Run: distributed({ Note: { Type: "Pass", End: true } }, { MaxConcurrency: 3, End: true }, "EXPRESS"),
      },
    },
    input: Array.from({ length: 10 }, (_, n) => n),
  },
};
