/** Which Map a label in a machine's ARN names, and what of it is shown. */
import { expect, test } from "vitest";
import { createHandler } from "../../lib/api/handler.ts";
import { insideOfMap } from "../../lib/api/labelled-map.ts";
import { memoryWorld } from "./memory-world.ts";
import { arnOf, refusal, role, wire } from "./requests.ts";

const distributed = { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" } };
const inside = (name: string): object => ({ StartAt: name, States: { [name]: { Type: "Succeed" } } });
const map = (name: string, more: object = {}): object => ({
  Type: "Map",
  ItemProcessor: { ...distributed, ...inside(name) },
  End: true,
  ...more,
});
const inline = { Type: "Map", ItemProcessor: inside("I"), End: true };
const nested = (Inner: object): object => ({
  Type: "Parallel",
  Branches: [{ StartAt: "Inner", States: { Inner } }],
  End: true,
});

test.each<[string, object, string, object | undefined]>([
  ["by its label", { A: map("X", { Label: "a" }), B: map("Y", { Label: "b" }) }, "b", inside("Y")],
  ["in a branch", { P: nested(map("X", { Label: "a" })) }, "a", inside("X")],
  ["the only one that draws its label", { A: map("X"), B: map("Y", { Label: "b" }), I: inline }, "0-1-2", inside("X")],
  ["one of two that draw theirs", { A: map("X"), B: map("Y") }, "0-1-2", undefined],
  ["of no Map", { A: map("X", { Label: "a" }), I: inline }, "b", undefined],
])("%s", (_, states, label, expected) => {
  const found = insideOfMap(JSON.stringify({ StartAt: "A", States: states }), label);
  expect(found && JSON.parse(found)).toEqual(expected);
});

test("it has the machine's query language, and its numbers as they were written", () => {
  const states = `{"M":{"Type":"Map","Label":"L","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED"},"StartAt":"W","States":{"W":{"Type":"Pass","Output":1.0,"End":true}}},"End":true}}`;
  expect(insideOfMap(`{"QueryLanguage":"JSONata","StartAt":"M","States":${states}}`, "L")).toBe(
    '{"QueryLanguage":"JSONata","StartAt":"W","States":{"W":{"Type":"Pass","Output":1.0,"End":true}}}',
  );
});

test("DescribeStateMachine takes the ARN that Map Runs and their executions have", async () => {
  const handler = createHandler(memoryWorld().engine, { authentication: "none" });
  const definition = JSON.stringify({ StartAt: "A", States: { A: map("X", { Label: "Each" }) } });
  await wire(handler, "CreateStateMachine", { name: "m", definition, roleArn: role });
  const describe = (stateMachineArn: string) => wire(handler, "DescribeStateMachine", { stateMachineArn });
  const { body: whole } = await describe(arnOf("m"));
  const { body: labelled } = await describe(arnOf("m/Each"));
  expect(labelled).toEqual({
    ...whole,
    stateMachineArn: arnOf("m/Each"),
    label: "Each",
    definition: JSON.stringify(inside("X")),
  });
  for (const absent of ["m/Other", "n/Each"])
    expect(refusal(await describe(arnOf(absent)))).toMatch(/^StateMachineDoesNotExist: /);
});
