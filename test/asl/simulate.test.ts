/** Whole executions in virtual time. */
import { describe, expect, test } from "vitest";
import { mocksFromConfig, type SimulateOptions, simulate } from "../../lib/asl/simulate.ts";
import { machine } from "./states/stepping.ts";

const task = { Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage" };
const pass = { Type: "Pass", End: true };

async function types(states: object, input: string, options: SimulateOptions = {}, more: object = {}) {
  const result = await simulate(machine(states, more), input, options);
  return { ...result, types: result.history().map((event) => event.type) };
}

describe("time", () => {
  test("a month of waiting takes no time, and is in the timestamps", async () => {
    const clock = Date.UTC(2025, 5, 1);
    const result = await types({ A: { Type: "Wait", Seconds: 2_592_000, Next: "B" }, B: pass }, "{}", { clock });
    expect(result.status).toBe("SUCCEEDED");
    expect(result.stoppedAt - result.startedAt).toBe(2_592_000_000);
    expect(result.history().map((event) => event.timestamp - clock)).toEqual([
      0, 0, 2_592_000_000, 2_592_000_000, 2_592_000_000, 2_592_000_000,
    ]);
  });

  test("the machine's own time-out ends it", async () => {
    const result = await types(
      { A: { Type: "Wait", Seconds: 100, Next: "B" }, B: pass },
      "{}",
      {},
      { TimeoutSeconds: 60 },
    );
    expect(result).toMatchObject({ status: "TIMED_OUT", failure: { error: "States.Timeout" } });
    expect(result.types).toEqual(["ExecutionStarted", "WaitStateEntered", "ExecutionTimedOut"]);
    expect(result.history().at(-1)?.previousEventId).toBe(0);
    expect(result.stoppedAt - result.startedAt).toBe(60_000);
  });

  test("somebody stops it", async () => {
    const states = {
      A: {
        Type: "Map",
        ItemProcessor: { StartAt: "W", States: { W: { Type: "Wait", Seconds: 9, End: true } } },
        End: true,
      },
    };
    const result = await types(states, "[1,2]", { stop: { after: 1000, failure: { error: "E" } } });
    expect(result.status).toBe("ABORTED");
    expect(result.types.slice(-5)).toEqual([
      "MapIterationAborted",
      "WaitStateAborted",
      "MapIterationAborted",
      "WaitStateAborted",
      "ExecutionAborted",
    ]);
  });

  test("tasks take the time that their mocks say, and time out", async () => {
    const states = {
      A: { ...task, TimeoutSeconds: 5, Catch: [{ ErrorEquals: ["States.Timeout"], Next: "B" }], Next: "C" },
      B: pass,
      C: pass,
    };
    const slow = await types(states, "{}", { tasks: { A: [{ result: 1, after: 6000 }] } });
    expect(slow.types).toContain("TaskTimedOut");
    expect(slow.stoppedAt - slow.startedAt).toBe(5000);
    const quick = await types(states, "{}", { tasks: { A: [{ result: 1, after: 4000 }] } });
    expect(quick).toMatchObject({ output: "1" });
    expect(quick.stoppedAt - quick.startedAt).toBe(4000);
  });

  const fails = { Type: "Fail", ErrorPath: "$.error.Error", CausePath: "$.error.Cause" };
  const caught = { Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "F" }], End: true };
  const token = { ...task, Resource: `${task.Resource}.waitForTaskToken` };
  test.each([
    ["TimeoutSeconds", { ...task, TimeoutSeconds: 1 }],
    ["HeartbeatSeconds", { ...token, HeartbeatSeconds: 1 }],
    [
      "in a branch",
      { Type: "Parallel", Branches: [{ StartAt: "T", States: { T: { ...task, TimeoutSeconds: 1, End: true } } }] },
    ],
  ])("a caught time-out has an empty cause, which a Fail state can take: %s", async (_, state) => {
    const never: SimulateOptions = { tasks: () => ({ unresolved: true }) };
    const told = await types({ A: { ...state, ...caught }, F: fails }, "{}", never);
    expect(told).toMatchObject({ status: "FAILED", failure: { error: "States.Timeout", cause: "" } });
    const timedOut = told.history().find(({ type }) => type === "TaskTimedOut");
    expect(timedOut?.["taskTimedOutEventDetails"]).not.toHaveProperty("cause");
  });

  test("a caught time-out has an empty cause in JSONata, too; one answered without a cause has null", async () => {
    const catcher = { Catch: [{ ErrorEquals: ["States.ALL"], Output: "{% $states.errorOutput %}", Next: "B" }] };
    const A = { ...token, TimeoutSeconds: 1, ...catcher, End: true };
    const states = { A, B: { Type: "Pass", End: true } };
    const jsonata = { QueryLanguage: "JSONata" };
    const slow = await types(states, "{}", { tasks: { A: [{ unresolved: true }] } }, jsonata);
    expect(slow.output).toBe('{"Error":"States.Timeout","Cause":""}');
    const refused = await types(states, "{}", { tasks: { A: [{ error: "E" }] } }, jsonata);
    expect(refused.output).toBe('{"Error":"E","Cause":null}');
  });

  test("an answer that nobody gives leaves it running", async () => {
    const result = await types({ A: { ...task, End: true } }, "{}", { tasks: { A: [{ unresolved: true }] } });
    expect(result.status).toBe("RUNNING");
    expect(result.types).toEqual(["ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted"]);
  });
});

describe("mocks", () => {
  test("each scheduling takes the next outcome", async () => {
    const states = { A: { ...task, Retry: [{ ErrorEquals: ["States.ALL"] }], End: true } };
    const tasks = { A: [{ error: "E" }, { error: "F", cause: "no" }, { result: { ok: true } }] };
    const result = await types(states, "{}", { tasks });
    expect(result).toMatchObject({ status: "SUCCEEDED", output: '{"ok":true}' });
    expect(result.stoppedAt - result.startedAt).toBe(3000);
  });

  test("an attempt without a mock fails, and nobody catches that", async () => {
    const result = await types(
      { A: { ...task, Catch: [{ ErrorEquals: ["States.ALL"], Next: "B" }], End: true }, B: pass },
      "{}",
    );
    expect(result.failure).toEqual({
      error: "States.Runtime",
      cause: "No mocked response for attempt 0 of state 'A'.",
    });
  });

  test("a function may answer", async () => {
    const result = await types({ A: { ...task, Parameters: { "x.$": "$" }, End: true } }, "5", {
      tasks: ({ arguments: given, state }) => ({ result: `${state} ${given}` }),
    });
    expect(result.output).toBe('"A {\\"x\\":5}"');
  });

  const config = {
    StateMachines: { m: { TestCases: { Retried: { A: "Flaky" } } } },
    MockedResponses: {
      Flaky: { "0-1": { Throw: { Error: "E", Cause: "C" } }, "2": { Return: { fine: true } } },
    },
  } as const;

  test("the configuration of Step Functions Local", async () => {
    const states = { A: { ...task, Retry: [{ ErrorEquals: ["E"] }], End: true } };
    const result = await types(states, "{}", { tasks: mocksFromConfig(config, "m", "Retried") });
    expect(result.output).toBe('{"fine":true}');
    expect(() => mocksFromConfig(config, "m", "Unheard")).toThrow("no test case 'Unheard' for 'm'; it has: Retried");
  });

  test("of a file of Step Functions Local all iterations take their answers in turn", async () => {
    const item = { StartAt: "A", States: { A: { ...task, End: true } } };
    const states = { M: { Type: "Map", MaxConcurrency: 1, ItemProcessor: item, End: true } };
    const tasks = mocksFromConfig(
      {
        StateMachines: { m: { TestCases: { c: { A: "r" } } } },
        MockedResponses: { r: { "0": { Return: "one" }, "1": { Return: "two" } } },
      },
      "m",
      "c",
    );
    const twice = await types(states, "[1,2]", { tasks });
    expect(twice.output).toBe('["one","two"]');
    const thrice = await types(states, "[1,2,3]", { tasks });
    expect(thrice.failure?.cause).toBe("No mocked response for attempt 2 of state 'A', iteration 2 of 'M'.");
  });

  test("iterations have outcomes of their own", async () => {
    const states = {
      M: { Type: "Map", ItemProcessor: { StartAt: "A", States: { A: { ...task, End: true } } }, End: true },
    };
    const tasks = {
      A: [
        { iteration: [["M", 1]], result: "second" },
        { iteration: [["M", 0]], result: "first", after: 50 },
      ],
    } as const;
    expect((await types(states, "[0,0]", { tasks })).output).toBe('["first","second"]');
  });
});

describe("forks", () => {
  const inner = { StartAt: "A", States: { A: { ...task, End: true } } };

  test.each([
    [1, 40],
    [2, 20],
    [3, 20],
    [4, 10],
    [0, 10],
  ])("MaxConcurrency %i: four tasks of 10 ms take %i ms", async (MaxConcurrency, expected) => {
    const result = await types({ M: { Type: "Map", MaxConcurrency, ItemProcessor: inner, End: true } }, "[1,2,3,4]", {
      tasks: ({ arguments: given }) => ({ result: Number(given), after: 10 }),
    });
    expect(result).toMatchObject({ output: "[1,2,3,4]" });
    expect(result.stoppedAt - result.startedAt).toBe(expected);
  });

  test("the first failure ends the others; nothing more is started", async () => {
    const started: string[] = [];
    const result = await types(
      {
        M: {
          Type: "Map",
          MaxConcurrency: 2,
          ItemProcessor: inner,
          Catch: [{ ErrorEquals: ["E"], Next: "B" }],
          End: true,
        },
        B: pass,
      },
      "[1,2,3,4]",
      {
        tasks: ({ arguments: given }) => {
          started.push(given);
          return given === "2" ? { error: "E", after: 10 } : { result: 0, after: 20 };
        },
      },
    );
    expect(result).toMatchObject({ status: "SUCCEEDED", output: '{"Error":"E","Cause":null}' });
    expect(started).toEqual(["1", "2"]);
    expect(result.types.slice(-10)).toEqual([
      "TaskFailed",
      "MapIterationFailed",
      "TaskStateAborted",
      "MapIterationAborted",
      "TaskStateAborted",
      "MapStateFailed",
      "MapStateExited",
      "PassStateEntered",
      "PassStateExited",
      "ExecutionSucceeded",
    ]);
  });

  test("a Map that is tried again forks again", async () => {
    let calls = 0;
    const result = await types(
      { M: { Type: "Map", ItemProcessor: inner, Retry: [{ ErrorEquals: ["E"] }], End: true } },
      "[1]",
      { tasks: () => (calls++ === 0 ? { error: "E" } : { result: 7 }) },
    );
    expect(result.output).toBe("[7]");
    const history = result.history();
    const failed = history.find((event) => event.type === "TaskFailed");
    const starts = history.filter((event) => event.type === "MapStateStarted");
    expect(starts.map((event) => event.previousEventId)).toEqual([2, failed?.id]);
    expect(result.types).not.toContain("MapStateFailed");
  });

  test("variables of branches end with them; those around are seen", async () => {
    const branch = (name: string, value: string) => ({
      StartAt: name,
      States: { [name]: { Type: "Pass", Assign: { [`v${name}`]: 1 }, Parameters: { "x.$": value }, End: true } },
    });
    const result = await types(
      {
        S: { Type: "Pass", Assign: { outer: 5 }, Next: "P" },
        P: { Type: "Parallel", Branches: [branch("A", "$outer"), branch("B", "$outer")], Next: "E" },
        E: { Type: "Pass", End: true },
      },
      "{}",
    );
    expect(result.output).toBe('[{"x":5},{"x":5}]');
  });

  test("a cause in a concurrent branch names the number its state has in the history", async () => {
    const broken = {
      StartAt: "X",
      States: { X: { Type: "Pass", Next: "Y" }, Y: { Type: "Pass", InputPath: "$.nowhere", End: true } },
    };
    const fine = { StartAt: "U", States: { U: { Type: "Wait", Seconds: 1, Next: "V" }, V: pass } };
    const result = await types({ P: { Type: "Parallel", Branches: [fine, broken], End: true } }, "{}");
    const history = result.history();
    const entered = history.find((event) => event["stateEnteredEventDetails"]?.["name"] === "Y");
    const failed = history.at(-1)?.["executionFailedEventDetails"]?.["cause"];
    expect(failed).toContain(`'Y' (entered at the event id #${entered?.id}). `);
  });
});

describe("Distributed Map", () => {
  const processor = {
    ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
    StartAt: "A",
    States: { A: { ...task, End: true } },
  };
  const map = { Type: "Map", ItemProcessor: processor, End: true };
  const odd: SimulateOptions["tasks"] = ({ arguments: given }) =>
    Number(given) % 2 === 1 ? { result: given } : { error: "E" };

  test("its children have histories of their own", async () => {
    const result = await types({ M: map }, "[1,3]", { tasks: odd });
    expect(result).toMatchObject({ status: "SUCCEEDED", output: '["1","3"]' });
    expect(result.types).toEqual([
      "ExecutionStarted",
      "MapStateEntered",
      "MapStateStarted",
      "MapRunStarted",
      "MapRunSucceeded",
      "MapStateSucceeded",
      "MapStateExited",
      "ExecutionSucceeded",
    ]);
  });

  test.each([
    // tolerated                                              what comes of the batches 1 2, 3 4 and 5
    [{ ToleratedFailureCount: 1 }, "FAILED"],
    [{ ToleratedFailureCount: 2 }, "SUCCEEDED"],
    [{ ToleratedFailurePercentage: 39 }, "FAILED"],
    [{ ToleratedFailureCount: 0, ToleratedFailurePercentage: 40 }, "SUCCEEDED"],
  ])("a batch that failed counts as all of its items, tolerating %j: %s", async (tolerated, status) => {
    const states = {
      C: { Type: "Choice", Choices: [{ Variable: "$.Items[0]", NumericEquals: 3, Next: "F" }], Default: "S" },
      S: { Type: "Pass", OutputPath: "$.Items", End: true },
      F: { Type: "Fail", Error: "Three", Cause: "is not allowed" },
    };
    const processor = {
      ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
      StartAt: "C",
      States: states,
    };
    const batched = {
      Type: "Map",
      ItemBatcher: { MaxItemsPerBatch: 2 },
      ItemProcessor: processor,
      ...tolerated,
      End: true,
    };
    const result = await types({ M: batched }, "[1,2,3,4,5]");
    expect(result.status).toBe(status);
    if (status === "SUCCEEDED") {
      const failed = { Status: "FAILED", Error: "Three", Cause: "is not allowed" };
      expect(JSON.parse(result.output ?? "")).toEqual([[1, 2], failed, [5]]);
    }
  });

  test.each([
    [{}, "FAILED"],
    [{ ToleratedFailureCount: 1 }, "SUCCEEDED"],
    [{ ToleratedFailurePercentage: 25 }, "SUCCEEDED"],
    [{ ToleratedFailurePercentage: 24 }, "FAILED"],
    [{ ToleratedFailurePercentagePath: "$.percent" }, "SUCCEEDED"],
  ])("one failure of four, tolerating %j: %s", async (tolerated, status) => {
    const result = await types(
      { M: { ...map, ItemsPath: "$.items", ...tolerated } },
      '{"items":[1,2,3,5],"percent":25.5}',
      { tasks: odd },
    );
    expect(result.status).toBe(status);
    if (status === "FAILED") {
      expect(result.failure?.error).toBe("States.ExceedToleratedFailureThreshold");
      expect(result.types.slice(-3)).toEqual(["MapRunFailed", "MapStateFailed", "ExecutionFailed"]);
    }
  });

  const reader = (config: object) => ({
    ...map,
    ItemProcessor: { ...processor, States: { A: pass } },
    ItemReader: {
      Resource: "arn:aws:states:::s3:getObject",
      ReaderConfig: config,
      Parameters: { Bucket: "b", "Key.$": "$.key" },
    },
  });
  const objects = {
    b: {
      "a.json": '[{"x":1.0},{"x":2}]',
      "o.json": '{"deep":{"list":[1,2,3]}}',
      "n.json": "5",
      "l.jsonl": '{"x":1}\n\n[2]\n',
      "c.csv": 'id|text\n1|"a|""b"""\n2\n',
      "d.csv": "a,a\n1,2\n",
    },
  };

  test.each([
    ["a.json", { InputType: "JSON" }, '[{"x":1.0},{"x":2}]'],
    ["a.json", { InputType: "JSON", MaxItems: 1 }, '[{"x":1.0}]'],
    ["o.json", { InputType: "JSON", ItemsPointer: "/deep/list" }, "[1,2,3]"],
    ["l.jsonl", { InputType: "JSONL" }, '[{"x":1},[2]]'],
    [
      "c.csv",
      { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW", CSVDelimiter: "PIPE" },
      '[{"id":"1","text":"a|\\"b\\""},{"id":"2","text":""}]',
    ],
    ["n.json", { InputType: "JSON" }, "Attempting to map over non-iterable node."],
    ["d.csv", { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW" }, "CSV headers cannot contain duplicates."],
    ["none", { InputType: "JSON" }, "The object 'none' in the bucket 'b' does not exist."],
  ])("reads %s with %j", async (key, config, expected) => {
    const result = await types({ M: reader(config) }, JSON.stringify({ key }), { objects });
    expect(result.output ?? result.failure?.cause).toBe(expected);
    if (result.status === "FAILED") expect(result.failure?.error).toBe("States.ItemReaderFailed");
  });

  test("batches items by number and by size", async () => {
    const batched = (ItemBatcher: object) => ({ ...reader({ InputType: "JSON" }), ItemBatcher });
    const byNumber = await types({ M: batched({ MaxItemsPerBatch: 1, BatchInput: { n: 1 } }) }, '{"key":"a.json"}', {
      objects,
    });
    expect(byNumber.output).toBe(
      '[{"BatchInput":{"n":1},"Items":[{"x":1.0}]},{"BatchInput":{"n":1},"Items":[{"x":2}]}]',
    );
    const bySize = await types({ M: batched({ MaxInputBytesPerBatch: 40 }) }, '{"key":"a.json"}', { objects });
    expect(bySize.output).toBe('[{"Items":[{"x":1.0},{"x":2}]}]');
  });
});

test("a machine that loops for ever is stopped", async () => {
  const states = {
    A: { Type: "Pass", Next: "B" },
    B: { Type: "Choice", Choices: [{ Variable: "$.x", IsPresent: true, Next: "C" }], Default: "A" },
    C: pass,
  };
  await expect(simulate(machine(states), "{}", { transitionLimit: 100 })).rejects.toThrow("after 100 transitions");
});

test("without its history a long way is only its result", async () => {
  const states = { A: { Type: "Wait", Seconds: 5, Next: "B" }, B: pass };
  const result = await simulate(machine(states), '{"x":1}', { keepHistory: false });
  expect(result).toMatchObject({ status: "SUCCEEDED", output: '{"x":1}', transitions: 3, segments: [] });
  expect(result.stoppedAt - result.startedAt).toBe(5_000);
  expect(result.history()).toEqual([]);
});

test.each([
  ["arn:aws:lambda:us-east-1:123456789012:function:f", '{"id":7}'],
  ["arn:aws:states:::lambda:invoke", '{"StatusCode":200,"Payload":{"id":7}}'],
])("what a mock file returns for %s", async (Resource, output) => {
  const config = {
    StateMachines: { m: { TestCases: { c: { A: "r" } } } },
    MockedResponses: { r: { "0": { Return: { StatusCode: 200, Payload: { id: 7 } } } } },
  };
  const states = { A: { ...task, Resource, ...pass, Type: "Task" } };
  const result = await simulate(machine(states), "{}", { tasks: mocksFromConfig(config, "m", "c") });
  expect(result.output).toBe(output);
});
