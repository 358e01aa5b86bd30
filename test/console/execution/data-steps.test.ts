/** The data of a visit, step by step: what each step is compared with, and which variables a state sees. */
import { expect, test } from "vitest";
import { stepsOf } from "../../../console/execution/data-steps.ts";
import { inScope, progressOf, readItem } from "../../../console/execution/scope.ts";
import { type Visit, visitsOf } from "../../../lib/asl/history/visits.ts";
import { parseDefinition } from "../../../lib/asl/parse.ts";
import { simulate } from "../../../lib/asl/simulate.ts";

const Work = {
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke",
  Arguments: { FunctionName: "f", Payload: "{% $states.input %}" },
  Assign: { seen: "{% $states.input.sku %}" },
  End: true,
};
const definition = {
  QueryLanguage: "JSONata",
  StartAt: "Begin",
  States: {
    Begin: { Type: "Pass", Assign: { shop: "tea", lines: 2 }, Output: { sku: "a", price: 4, more: "x" }, Next: "Each" },
    Each: {
      Type: "Map",
      Items: "{% [$states.input, {'sku': 'b'}] %}",
      ItemProcessor: { StartAt: "Note", States: { Note: { Type: "Pass", Assign: { own: 3 }, Next: "Work" }, Work } },
      Assign: { done: true },
      Next: "End",
    },
    End: { Type: "Pass", End: true },
  },
};

async function visits(): Promise<readonly Visit[]> {
  const parsed = parseDefinition(definition);
  if (parsed.kind !== "definition") throw new Error(JSON.stringify(parsed.problems));
  const result = { Payload: "ok" };
  return visitsOf((await simulate(parsed.definition, "{}", { tasks: { Work: [{ result }, { result }] } })).history());
}

function described(visit: Visit | undefined): Record<string, string | undefined> {
  const steps = visit ? stepsOf(visit, visit.attempts.at(-1)) : [];
  return Object.fromEntries(
    steps.map(({ title, text, before }) => [title === "Variables" ? `Variables ${text}` : title, before?.title]),
  );
}

test("each step is compared with the earlier one that is most like it; variables with those before", async () => {
  const all = await visits();
  const state = (name: string): Visit | undefined => all.find((visit) => visit.state === name);
  expect(described(state("Begin"))).toEqual({
    Input: undefined,
    Output: "Input",
    'Variables {"shop":"tea","lines":2}': undefined,
  });
  expect(described(state("Each"))).toMatchObject({ Input: "the output of Begin" });
  expect(described(state("Note"))).toEqual({
    Input: "the input of Each",
    Output: "Input",
    'Variables {"shop":"tea","lines":2,"own":3}': "those before Note",
  });
  expect(described(state("Work"))).toEqual({
    Input: "the output of Note",
    Arguments: "Input",
    Result: "Arguments",
    Output: "Result",
    'Variables {"shop":"tea","lines":2,"own":3,"seen":"a"}': "those before Work",
  });
  expect(described(state("End"))).toMatchObject({
    'Variables {"shop":"tea","lines":2,"done":true}': "those before End",
  });
});

test("of one item what is in it and what is around it; colours are added up from what is in sight", async () => {
  const all = await visits();
  const map = all.find(({ state }) => state === "Each");
  const seen = inScope(all, readItem(`${map?.id}.1`));
  expect(seen.map(({ state, inside }) => `${state}${inside?.index ?? ""}`)).toEqual([
    "Begin",
    "Each",
    "Note1",
    "Work1",
    "End",
  ]);
  const progress = progressOf(seen, new Map());
  expect(progress.get("Work")).toMatchObject({ status: "succeeded", visits: 1, failures: 0 });
  expect(progressOf(all, new Map()).get("Each")?.items).toEqual({ done: 2, all: 2, failed: 0 });
  expect([readItem(null), readItem("1.x"), readItem("3.0")]).toEqual([undefined, undefined, { visit: 3, index: 0 }]);
});
