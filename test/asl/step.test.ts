/** The contract of the step: which signal means something to which position, and that it is pure. */
import { describe, expect, test } from "vitest";
import type { Doing, Forked, Position, Scope } from "../../lib/asl/position.ts";
import { begin, step } from "../../lib/asl/step.ts";
import type { Signal } from "../../lib/asl/transition.ts";
import { machine, moment, noon, somewhere } from "./states/stepping.ts";

const definition = machine({
  T: { Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken", Next: "W" },
  W: { Type: "Wait", Seconds: 5, Next: "M" },
  M: { Type: "Map", ItemProcessor: { StartAt: "P", States: { P: { Type: "Pass", End: true } } }, Next: "E" },
  E: { Type: "Wait", Seconds: 5, End: true },
});

const call = { resource: "r", pattern: "token", arguments: "{}", attempt: 0 } as const;
const fork: Forked = { kind: "forked", claim: 1, of: "Map", width: 1, concurrency: 1, shared: "[1]", items: ["1"] };

/** A state for each thing a branch can be doing, and how it does it. */
const doings: Record<Doing["kind"], readonly [string, Doing]> = {
  beginning: ["P", { kind: "beginning" }],
  arriving: ["T", { kind: "arriving" }],
  sleeping: ["E", { kind: "sleeping", until: noon }],
  working: ["T", { kind: "working", claim: 1, call, submitted: false, since: noon }],
  retrying: ["T", { kind: "retrying", notBefore: noon }],
  forked: ["M", fork],
  closing: ["M", { kind: "closing", fork, failure: { error: "E" } }],
  ended: ["E", { kind: "ended", outcome: { status: "SUCCEEDED", output: "{}" } }],
};

const signals: Record<Signal["kind"], Signal> = {
  arrived: { kind: "arrived" },
  submitted: { kind: "submitted", output: "{}" },
  polled: { kind: "polled" },
  started: { kind: "started" },
  succeeded: { kind: "succeeded", output: "{}" },
  failed: { kind: "failed", failure: { error: "E" } },
  "timed-out": { kind: "timed-out", by: "timeout" },
  lost: { kind: "lost" },
  joined: { kind: "joined", outputs: ["1"], events: 3 },
  "branch-failed": { kind: "branch-failed", index: 0, failure: { error: "E" }, at: { branch: "/1.0", event: 4 } },
  closed: { kind: "closed", events: 3 },
  aborted: { kind: "aborted", because: { branch: "/1.1", event: 4 } },
  stopped: { kind: "stopped", failure: {} },
  redriven: {
    kind: "redriven",
    to: { state: "E", input: "{}", events: 3, previous: 3, doing: { kind: "arriving" } },
    events: 3,
  },
  "execution-timed-out": { kind: "execution-timed-out" },
  poisoned: { kind: "poisoned", cause: "it threw" },
};

const always = ["aborted", "stopped", "execution-timed-out", "poisoned"] as const;

/** What means something to a branch; everything else is a mistake of the caller. */
const meaningful: Record<Doing["kind"], readonly Signal["kind"][]> = {
  beginning: ["arrived", "aborted", "poisoned"],
  arriving: ["arrived", ...always],
  sleeping: ["arrived", ...always],
  working: ["submitted", "started", "succeeded", "failed", "timed-out", "lost", ...always],
  retrying: ["arrived", ...always],
  forked: ["joined", "branch-failed", ...always],
  closing: ["closed", ...always],
  ended: [],
};

const scope: Scope = {
  kind: "Map",
  state: "M",
  index: 0,
  firstWave: true,
  width: 1,
  concurrency: 1,
  eventsBefore: 4,
};

function positionOf(kind: Doing["kind"]): Position {
  const [state, doing] = doings[kind];
  const position = { state, input: "[1]", events: 4, previous: 4, doing };
  if (kind === "beginning") return { ...position, scope, item: { index: 0, value: "1" } };
  return kind === "arriving" ? position : { ...position, entered: { at: noon, event: 4, retryCount: 0 } };
}

const pairs = Object.keys(doings).flatMap((doing) =>
  Object.keys(signals).map((signal) => [doing as Doing["kind"], signal as Signal["kind"]] as const),
);

describe("step", () => {
  test.each(pairs)("%s, %s", async (doing, signal) => {
    const position = positionOf(doing);
    const transition = step(definition, position, signals[signal], moment());
    if (!meaningful[doing].includes(signal)) {
      await expect(transition).rejects.toThrow(
        `'${signal}' came to a branch that is ${doing} at state '${position.state}'`,
      );
      return;
    }
    const { events, next } = await transition;
    const again = await step(definition, position, signals[signal], moment());
    expect(again).toEqual({ events, next });
    expect(JSON.parse(JSON.stringify(next))).toEqual(next);
    expect(next.events - events.length).toBeGreaterThanOrEqual(position.events);
  });
});

describe("begin", () => {
  test("the first event, and the way into the first state", () => {
    const execution = { ...somewhere, input: '{"a": 1.0}' };
    expect(begin(definition, moment({ execution, seq: 0 }))).toEqual({
      events: [
        {
          type: "ExecutionStarted",
          previous: 0,
          details: { input: '{"a": 1.0}', inputDetails: { truncated: false }, roleArn: somewhere.roleArn },
        },
      ],
      next: { state: "T", input: '{"a": 1.0}', events: 1, previous: 0, doing: { kind: "arriving" } },
    });
  });

  test("not without an input", () => {
    const { input: _, ...execution } = somewhere;
    expect(() => begin(definition, moment({ execution }))).toThrow("cannot begin without its input");
  });
});
