/** The fine points of histories (section 2b of the project's list), each with a machine that shows it. */
import { describe, expect, test } from "vitest";
import { type SimulateOptions, simulate } from "../../lib/asl/simulate.ts";
import { machine } from "./states/stepping.ts";

type Tasks = NonNullable<SimulateOptions["tasks"]>;

const sqs = { Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage" };
const end = { Type: "Pass", End: true };
const ja = { QueryLanguage: "JSONata" };
const one = (state: object) => ({ A: { End: true, ...state } });
const mapOver = (processor: object, more: object = {}) => ({
  M: { Type: "Map", ItemProcessor: { StartAt: "I", States: { I: { End: true, ...processor } } }, End: true, ...more },
});
const distributed = { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" } };

/** Name, machine, input, the events and what each refers to, and what tasks answer. */
type Row = readonly [string, object, string, string, Tasks?];

const named = (rows: readonly Row[]) => rows.map((row) => [row[0], row] as const);

const parallelOf = (state: object) => ({ Type: "Parallel", Branches: [{ StartAt: "X", States: { X: state } }] });

describe("histories", () => {
  async function chain(states: object, input: string, tasks: Tasks = {}): Promise<string> {
    const history = (await simulate(machine(states), input, { tasks })).history();
    return history.map((event) => `${event.type}<${event.previousEventId}`).join(" ");
  }

  const rows: readonly Row[] = [
    [
      "2b.1 the first state follows from nothing",
      one(end),
      "{}",
      "ExecutionStarted<0 PassStateEntered<0 PassStateExited<2 ExecutionSucceeded<3",
    ],
    [
      "2b.2 one iteration after the other",
      mapOver(end, { MaxConcurrency: 1 }),
      "[1,2]",
      "ExecutionStarted<0 MapStateEntered<0 MapStateStarted<2 MapIterationStarted<3 PassStateEntered<4 PassStateExited<5 MapIterationSucceeded<6 MapIterationStarted<6 PassStateEntered<8 PassStateExited<9 MapIterationSucceeded<10 MapStateSucceeded<11 MapStateExited<11 ExecutionSucceeded<13",
    ],
    [
      "2b.5 a Parallel",
      { A: { Type: "Parallel", Branches: [{ StartAt: "X", States: { X: end } }], End: true } },
      "{}",
      "ExecutionStarted<0 ParallelStateEntered<0 ParallelStateStarted<2 PassStateEntered<3 PassStateExited<4 ParallelStateSucceeded<5 ParallelStateExited<5 ExecutionSucceeded<7",
    ],
    [
      "2b.7 a retry",
      { A: { ...sqs, Retry: [{ ErrorEquals: ["Mine"], MaxAttempts: 1 }], End: true } },
      "{}",
      "ExecutionStarted<0 TaskStateEntered<0 TaskScheduled<2 TaskStarted<3 TaskFailed<4 TaskScheduled<5 TaskStarted<6 TaskSucceeded<7 TaskStateExited<8 ExecutionSucceeded<9",
      ({ scheduling }) => (scheduling === 0 ? { error: "Mine" } : { result: 1 }),
    ],
    [
      "2b.8 a Lambda function by its ARN",
      { A: { Type: "Task", Resource: "arn:aws:lambda:us-east-1:123456789012:function:f", End: true } },
      "{}",
      "ExecutionStarted<0 TaskStateEntered<0 LambdaFunctionScheduled<2 LambdaFunctionStarted<3 LambdaFunctionSucceeded<4 TaskStateExited<5 ExecutionSucceeded<6",
      () => ({ result: 1 }),
    ],
    [
      "2b.10 a path that fails",
      one({ ...end, InputPath: "$.no" }),
      "{}",
      "ExecutionStarted<0 PassStateEntered<0 ExecutionFailed<2",
    ],
    [
      "2b.11 an expression that fails refers to before its state",
      { A: { ...end, ...ja, Output: "{% $states.input.no %}" } },
      "{}",
      "ExecutionStarted<0 PassStateEntered<0 EvaluationFailed<0 ExecutionFailed<3",
    ],
    [
      "2b.6 a Distributed Map",
      { M: { Type: "Map", ItemProcessor: { ...distributed, StartAt: "I", States: { I: end } }, End: true } },
      "[1]",
      "ExecutionStarted<0 MapStateEntered<0 MapStateStarted<2 MapRunStarted<3 MapRunSucceeded<4 MapStateSucceeded<5 MapStateExited<4 ExecutionSucceeded<7",
    ],
    [
      "a path that fails in a branch ends the execution at once",
      { P: { ...parallelOf({ ...end, InputPath: "$.no" }), End: true } },
      "{}",
      "ExecutionStarted<0 ParallelStateEntered<0 ParallelStateStarted<2 PassStateEntered<3 ExecutionFailed<4",
    ],
    [
      "and a Task has not been aborted by it",
      { P: { ...parallelOf({ ...sqs, InputPath: "$.no", End: true }), End: true } },
      "{}",
      "ExecutionStarted<0 ParallelStateEntered<0 ParallelStateStarted<2 TaskStateEntered<3 ExecutionFailed<4",
    ],
    [
      "nor has its iteration failed",
      mapOver({ ...end, InputPath: "$.no" }, { MaxConcurrency: 1 }),
      "[1,2]",
      "ExecutionStarted<0 MapStateEntered<0 MapStateStarted<2 MapIterationStarted<3 PassStateEntered<4 ExecutionFailed<5",
    ],
    [
      "a Catch that fails lets its Parallel fail twice",
      {
        P: {
          ...parallelOf({ Type: "Fail", Error: "Mine" }),
          ...ja,
          Catch: [{ ErrorEquals: ["States.ALL"], Output: "{% $states.input.no %}", Next: "E" }],
          Next: "E",
        },
        E: end,
      },
      "{}",
      "ExecutionStarted<0 ParallelStateEntered<0 ParallelStateStarted<2 FailStateEntered<3 ParallelStateFailed<4 EvaluationFailed<4 ParallelStateFailed<6 ExecutionFailed<7",
    ],
  ];

  test.each(named(rows))("%s", async (_, [, states, input, expected, tasks]) => {
    expect(await chain(states, input, tasks)).toBe(expected);
  });
});
