/** What a task asks is found where people put it, and nowhere else. */
import { expect, test } from "vitest";
import { questionIn } from "../../lib/api/question.ts";
import { parseJson } from "../../lib/asl/json.ts";

const schema = { type: "object", properties: { ok: { type: "boolean" } } };

test.each([
  // arguments                                                        what is asked
  [
    { Question: "Ship?", Schema: schema },
    { question: "Ship?", schema },
  ],
  [
    { FunctionName: "f", Payload: { title: "Ship?", description: "It is big" } },
    { question: "Ship?", description: "It is big" },
  ],
  [{ QueueUrl: "q", MessageBody: { question: "Ship?", data: { question: "no" } } }, { question: "Ship?" }],
  [{ Entries: [{ Detail: { Schema: schema } }] }, { schema }],
  [{ Question: 5, Schema: "text" }, {}],
  [{ description: "alone it asks nothing" }, {}],
  [{ a: { b: { c: { d: { question: "too deep" } } } } }, {}],
  ["text", {}],
  [null, {}],
])("%j", (given, asked) => {
  expect(questionIn(parseJson(JSON.stringify(given)))).toEqual(asked);
});
