/** Spans of executions: which there are, whose they are, and that calls know their own before it is told. */
import { describe, expect, test } from "vitest";
import { runNow } from "../../lib/engine/express-start.ts";
import type { Call, CallResult } from "../../lib/engine/ports.ts";
import { redriveExecution } from "../../lib/engine/redrive.ts";
import { stopExecution } from "../../lib/engine/stop.ts";
import type { Span } from "../../lib/engine/watch-port.ts";
import { type SetupOptions, setup } from "./setup.ts";

const lambda = "arn:aws:lambda:us-east-1:123456789012:function:work";
const call = { Type: "Task", Resource: lambda };
const wait = { Type: "Wait", Seconds: 10 };
const pass = { Type: "Pass" };
const machineOf = (states: Record<string, object>) => ({ StartAt: Object.keys(states)[0], States: states });
const succeeded: CallResult = { kind: "succeeded", output: "{}" };
const failed: CallResult = { kind: "failed", error: "Oops", cause: "so it goes" };
const own = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

function collector() {
  const spans: Span[] = [];
  return { spans, write: async (more: readonly Span[]) => void spans.push(...more) };
}

/** Each span beneath its parent: name, milliseconds, error. */
function tree(spans: readonly Span[], among = spans.filter((span) => isRoot(span, spans)), depth = 0): string[] {
  const inOrder = among.toSorted((a, b) => a.startedAt - b.startedAt);
  return inOrder.flatMap(({ name, startedAt, endedAt, failure, spanId }) => {
    const line = `${"  ".repeat(depth)}${name} ${endedAt - startedAt}${failure ? ` ${failure.error}` : ""}`;
    const beneath = spans.filter(({ parentSpanId }) => parentSpanId === spanId);
    return [line, ...tree(spans, beneath, depth + 1)];
  });
}

function isRoot({ parentSpanId }: Span, spans: readonly Span[]): boolean {
  return !spans.some(({ spanId }) => spanId === parentSpanId);
}

async function traced(states: Record<string, object>, options: SetupOptions = {}) {
  const traces = collector();
  const given = await setup(states, { ...options, traces });
  await given.pass(1_000_000);
  return { ...given, spans: traces.spans };
}

/** The first calls fail. */
function failing(times: number): Pick<SetupOptions, "call"> {
  let calls = 0;
  return { call: async () => (calls++ < times ? failed : succeeded) };
}

const Retry = [{ ErrorEquals: ["Oops"], IntervalSeconds: 2, MaxAttempts: 1 }];
const Catch = [{ ErrorEquals: ["States.ALL"], Next: "Sorry" }];
const sorry = { Sorry: { ...pass, End: true } };

describe("the spans of an execution", () => {
  test.each<[string, Record<string, object>, SetupOptions, readonly string[]]>([
    [
      "each state, waits with the time they take",
      { A: { ...pass, Next: "B" }, B: { ...wait, Next: "C" }, C: { Type: "Succeed" } },
      {},
      ["machine 10000", "  A 0", "  B 10000", "  C 0"],
    ],
    [
      "each attempt of a task, what is tried again included",
      { T: { ...call, Retry, End: true } },
      failing(1),
      ["machine 2000", "  T 2000", `    ${lambda} #1 0 Oops`, `    ${lambda} #2 0`],
    ],
    [
      "a state whose failure is caught has not failed",
      { T: { ...call, Catch, Next: "Sorry" }, ...sorry },
      failing(1),
      ["machine 0", "  T 0", `    ${lambda} #1 0 Oops`, "  Sorry 0"],
    ],
    [
      "a failure nobody catches is the state's and the execution's",
      { T: { ...call, End: true } },
      failing(1),
      ["machine 0 Oops", "  T 0 Oops", `    ${lambda} #1 0 Oops`],
    ],
    ["a Fail state", { F: { Type: "Fail", Error: "Bad" } }, {}, ["machine 0 Bad", "  F 0 Bad"]],
    [
      "a Choice without a way",
      { C: { Type: "Choice", Choices: [{ Variable: "$.x", IsPresent: true, Next: "S" }] }, S: { Type: "Succeed" } },
      {},
      ["machine 0 States.Runtime", "  C 0 States.Runtime"],
    ],
    [
      "branches beneath the attempt that forked them",
      {
        P: {
          Type: "Parallel",
          Branches: [machineOf({ A: { ...wait, End: true } }), machineOf({ B: { ...call, End: true } })],
          End: true,
        },
      },
      {},
      ["machine 10000", "  P 10000", "    Parallel #1 10000", "      B 0", `        ${lambda} #1 0`, "      A 10000"],
    ],
    [
      "what fails in a branch, and what is aborted with it",
      {
        P: {
          Type: "Parallel",
          Branches: [machineOf({ A: { ...wait, End: true } }), machineOf({ B: { ...call, End: true } })],
          Catch,
          Next: "Sorry",
        },
        ...sorry,
      },
      failing(1),
      [
        "machine 0",
        "  P 0",
        "    Parallel #1 0 States.TaskFailed",
        "      B 0 Oops",
        `        ${lambda} #1 0 Oops`,
        "      A 0 States.Aborted",
        "  Sorry 0",
      ],
    ],
    [
      "a Map that is tried again",
      { M: { Type: "Map", Retry, ItemProcessor: machineOf({ I: { ...call, End: true } }), End: true } },
      { ...failing(1), input: "[1]" },
      [
        "machine 2000",
        "  M 2000",
        "    Map #1 2000 States.TaskFailed",
        "      I 0 Oops",
        `        ${lambda} #1 0 Oops`,
        "    Map #2 0",
        "      I 0",
        `        ${lambda} #1 0`,
      ],
    ],
    [
      "nothing to map",
      { M: { Type: "Map", ItemProcessor: machineOf({ I: { ...pass, End: true } }), End: true } },
      { input: "[]" },
      ["machine 0", "  M 0", "    Map #1 0"],
    ],
  ])("%s", async (_, states, options, expected) => {
    const { spans } = await traced(states, options);
    expect(tree(spans)).toEqual(expected);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  });

  test("one that is stopped in the middle of a wait", async () => {
    const traces = collector();
    const { engine, id, pass } = await setup({ A: { ...wait, Seconds: 3_600, End: true } }, { traces });
    await pass(5_000);
    await stopExecution(engine, id, { error: "Enough" });
    await pass(120_000);
    expect(tree(traces.spans)).toEqual(["machine 5000 Enough", "  A 5000 Enough"]);
  });

  test("a redriven one tells what it did since", async () => {
    const traces = collector();
    const { engine, id, pass } = await setup(
      { A: { Type: "Pass", Next: "T" }, T: { ...call, Next: "B" }, B: { Type: "Pass", End: true } },
      { ...failing(1), traces },
    );
    await pass(1_000);
    const before = traces.spans.splice(0);
    await redriveExecution(engine, id, {});
    await pass(1_000);
    expect(tree(before)).toEqual(["machine 0 Oops", "  A 0", "  T 0 Oops", `    ${lambda} #1 0 Oops`]);
    expect(tree(traces.spans)).toEqual(["machine 0", "  T 0", `    ${lambda} #1 0`, "  B 0"]);
    expect(traces.spans[0]?.traceId).toBe(before[0]?.traceId);
    const known = new Set(before.map(({ spanId }) => spanId));
    expect(traces.spans.filter(({ spanId }) => known.has(spanId))).toEqual([]);
  });

  test("an Express one", async () => {
    const traces = collector();
    const { engine, deploy } = await setup({ P: { ...pass, End: true } }, { traces });
    const machine = await deploy("quick", { T: { ...call, End: true } });
    traces.spans.length = 0;
    await runNow(engine, { machine, input: "7", traceHeader: own });
    expect(tree(traces.spans)).toEqual(["quick 0", "  T 0", `    ${lambda} #1 0`]);
    expect(traces.spans[0]).toMatchObject({ parentSpanId: "53995c3f42cd8ad8" });
  });
});

function noting(named: (string | undefined)[]) {
  return async ({ traceHeader }: Call): Promise<CallResult> => {
    named.push(traceHeader);
    return succeeded;
  };
}

describe("what belongs to what", () => {
  const header = ({ traceId, spanId }: Span) =>
    `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${spanId};Sampled=1`;

  test.each([own, undefined, "nonsense"])("a call names the span of its attempt: %s", async (traceHeader) => {
    const named: (string | undefined)[] = [];
    const answer = async ({ traceHeader }: Call) => {
      named.push(traceHeader);
      return named.length === 1 ? failed : succeeded;
    };
    const { spans } = await traced(
      { T: { ...call, Retry, End: true } },
      { call: answer, ...(traceHeader && { traceHeader }) },
    );
    expect(named).toEqual(spans.filter(({ kind }) => kind === "client").map(header));
    const { traceId, parentSpanId } = spans[0] ?? {};
    if (traceHeader === own)
      expect([traceId, parentSpanId]).toEqual(["5759e988bd862e3fe1be46a994272793", "53995c3f42cd8ad8"]);
    else expect(parentSpanId).toBeUndefined();
  });

  test("without a collector it names what the start belongs to", async () => {
    const named: (string | undefined)[] = [];
    const { pass } = await setup({ T: { ...call, End: true } }, { traceHeader: own, call: noting(named) });
    await pass(1_000);
    expect(named).toEqual([own]);
  });

  test("what is not sampled is not told, and goes on as not sampled", async () => {
    const named: (string | undefined)[] = [];
    const { spans } = await traced(
      { T: { ...call, End: true } },
      { traceHeader: own.replace(/1$/, "0"), call: noting(named) },
    );
    expect(spans).toEqual([]);
    expect(named[0]).toMatch(/^Root=1-5759e988-bd862e3fe1be46a994272793;Parent=[0-9a-f]{16};Sampled=0$/);
  });

  test("an execution that a Task starts hangs beneath the attempt", async () => {
    const traces = collector();
    const arn = "arn:aws:states:eu-central-1:123456789012:stateMachine:inner";
    const start = { Type: "Task", Resource: "arn:aws:states:::states:startExecution.sync:2" };
    const outer = { W: { ...wait, Next: "S" }, S: { ...start, Parameters: { StateMachineArn: arn }, End: true } };
    const { deploy, pass } = await setup(outer, { traces });
    await deploy("inner", { I: { Type: "Pass", End: true } });
    await pass(100_000);
    expect(tree(traces.spans).map((line) => line.replace(/ \d+$/, ""))).toEqual([
      "machine",
      "  W",
      "  S",
      "    states:startExecution.sync:2 #1",
      "      inner",
      "        I",
    ]);
  });

  test("the children of a Distributed Map hang beneath the attempt that began the Map Run", async () => {
    const ItemProcessor = {
      ...machineOf({ I: { ...pass, End: true } }),
      ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
    };
    const { spans } = await traced({ M: { Type: "Map", ItemProcessor, End: true } }, { input: "[1,2]" });
    expect(tree(spans).map((line) => line.replace(/ \d+$/, ""))).toEqual([
      "machine",
      "  M",
      "    Map #1",
      "      machine",
      "        I",
      "      machine",
      "        I",
    ]);
  });
});
