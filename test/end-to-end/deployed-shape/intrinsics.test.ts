/** CloudFormation's functions, one row each. */
import { expect, test } from "vitest";
import type { Json } from "./assembly.ts";
import { type References, resolve } from "./intrinsics.ts";

const references: References = {
  ref: async (id) => `<${id}>`,
  attribute: async (id, name) => `<${id}.${name}>`,
};

test.each<[source: Json, value: Json]>([
  ["text", "text"],
  [{ a: [1, true, null] }, { a: [1, true, null] }],
  [{ Ref: "Queue" }, "<Queue>"],
  [{ "Fn::GetAtt": ["Queue", "Arn"] }, "<Queue.Arn>"],
  [{ "Fn::GetAtt": "Stack.Outputs.Name" }, "<Stack.Outputs.Name>"],
  [{ "Fn::Join": ["-", ["a", { Ref: "B" }, "c"]] }, "a-<B>-c"],
  [{ "Fn::Select": [1, { "Fn::Split": ["/", "a/b/c"] }] }, "b"],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own syntax.
  [{ "Fn::Sub": "x-${AWS::Region}-${Queue.Arn}" }, "x-<AWS::Region>-<Queue.Arn>"],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own syntax.
  [{ "Fn::Sub": ["${Own}-${Other}", { Own: { Ref: "A" } }] }, "<A>-<Other>"],
])("%j: %j", async (source, value) => {
  expect(await resolve(source, references)).toEqual(value);
});

test("an unknown function is an error", async () => {
  await expect(resolve({ "Fn::ImportValue": "x" }, references)).rejects.toThrow("does not know Fn::ImportValue");
});
