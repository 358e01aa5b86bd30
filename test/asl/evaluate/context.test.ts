/** The context object, member by member, in the service's order (context_object.json, base.json). */
import { expect, test } from "vitest";
import { contextObject } from "../../../lib/asl/evaluate/context.ts";
import { parseTimestamp, writeTimestamp } from "../../../lib/asl/evaluate/timestamp.ts";
import { writeJson } from "../../../lib/asl/json.ts";
import type { Position } from "../../../lib/asl/position.ts";
import type { Moment } from "../../../lib/asl/transition.ts";

const noon = Date.UTC(2026, 0, 1, 12);

const moment: Moment = {
  now: noon + 5,
  branch: "",
  seq: 3,
  execution: {
    id: "arn:execution",
    name: "run-1",
    roleArn: "arn:role",
    startTime: noon,
    redriveCount: 0,
    stateMachine: { id: "arn:machine", name: "machine" },
    input: '{"price":0.0}',
    region: "us-east-1",
    account: "000000000000",
    payloadLimitBytes: 262_144,
  },
  chance: () => 0,
  taskToken: () => "token",
};

const position: Position = {
  state: "Pack",
  input: "{}",
  entered: { at: noon + 120, event: 2, retryCount: 1 },
  events: 2,
  previous: 0,
  doing: { kind: "arriving" },
};

const execution =
  '"Execution":{"Id":"arn:execution","Input":{"price":0.0},"StartTime":"2026-01-01T12:00:00Z","Name":"run-1","RoleArn":"arn:role","RedriveCount":0}';
const machine = '"StateMachine":{"Id":"arn:machine","Name":"machine"}';
const state = '"State":{"Name":"Pack","EnteredTime":"2026-01-01T12:00:00.120Z"';

test("what a state sees that cannot retry", () => {
  expect(writeJson(contextObject(position, moment))).toBe(`{${execution},${machine},${state}}}`);
  expect(writeJson(contextObject(position, moment, { stateType: "Pass" }))).toBe(`{${execution},${machine},${state}}}`);
});

test("a task that is being claimed, in a Map", () => {
  const inMap: Position = { ...position, item: { index: 0, value: '{"n":1.0}', source: "STATE_DATA" } };
  expect(writeJson(contextObject(inMap, moment, { stateType: "Task", taskToken: true }))).toBe(
    `{${execution},${machine},${state},"RetryCount":1},` +
      '"Map":{"Item":{"Index":0,"Value":{"n":1.0},"Source":"STATE_DATA"}},"Task":{"Token":"token"}}',
  );
});

test("an execution whose input nobody fetched has none, and payloads are parsed only when looked at", () => {
  const { input: _, ...unknown } = moment.execution;
  expect(writeJson(contextObject(position, { ...moment, execution: unknown }))).not.toContain("Input");
  const broken = { ...moment, execution: { ...moment.execution, input: "{" } };
  expect(() => contextObject(position, broken)).not.toThrow();
  expect(() => writeJson(contextObject(position, broken))).toThrow("Unexpected end of JSON");
});

test("a redriven execution says when, and a state that is not entered yet shows now", () => {
  const redriven = { ...moment, execution: { ...moment.execution, redriveCount: 1, redriveTime: noon } };
  const { entered: _, ...arriving } = position;
  const text = writeJson(contextObject(arriving, redriven));
  expect(text).toContain('"RedriveCount":1,"RedriveTime":"2026-01-01T12:00:00Z"');
  expect(text).toContain('"EnteredTime":"2026-01-01T12:00:00.005Z"');
});

test.each([
  ["2026-01-01T12:00:00Z", noon, 0],
  ["2026-01-01T12:00:00.5Z", noon + 500, 0],
  ["2026-01-01T12:00:00.000250Z", noon, 0.25],
  ["2026-01-01T13:30:00+01:30", noon, 0],
  ["0001-01-01T00:00:00Z", -62_135_596_800_000, 0],
])("%s is a timestamp", (text, instant, rest) => {
  expect(parseTimestamp(text)).toEqual({ instant, rest });
});

test.each([
  ["2026-01-01"],
  ["2026-01-01T12:00:00"],
  ["2026-01-01T12:00Z"],
  ["2026-01-01t12:00:00Z"],
  ["2026-01-01T12:00:00z"],
  ["2026-02-29T12:00:00Z"],
  ["2026-13-01T12:00:00Z"],
  ["2026-01-01T24:00:00Z"],
  ["2026-01-01T12:00:00.Z"],
  ["2026-01-01T12:00:00+0100"],
  [" 2026-01-01T12:00:00Z"],
  ["2026%2D01-01T12:00:00Z"],
])("%s is none", (text) => {
  expect(parseTimestamp(text)).toBeUndefined();
});

test("times without a fraction are shown without one", () => {
  expect([noon, noon + 120, noon + 7].map(writeTimestamp)).toEqual([
    "2026-01-01T12:00:00Z",
    "2026-01-01T12:00:00.120Z",
    "2026-01-01T12:00:00.007Z",
  ]);
});
