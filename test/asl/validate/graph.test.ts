/** Targets, ends, and states that nothing leads to. */
import { expect, test } from "vitest";
import { parseDefinition } from "../../../lib/asl/parse.ts";
import { type Json, type JsonObject, lambda, pass, problemsIn, task, told } from "../parsing.ts";

const to = (Next: string) => ({ Type: "Pass", Next });
const missing = (name: string, path: string) => `MISSING_TRANSITION_TARGET: Missing 'Next' target: ${name} at ${path}`;
const unreachable = (name: string, path: string) =>
  `MISSING_TRANSITION_TARGET: State "${name}" is not reachable. at ${path}`;
const endless = "MISSING_END_STATE: Workflow has no terminal state at undefined";
const parallel = (branch: Json) => ({ Type: "Parallel", Branches: [branch], End: true });
const map = (processor: Json) => ({ Type: "Map", ItemProcessor: processor, End: true });
const present = { Variable: "$.x", IsPresent: true };
const all = { ErrorEquals: ["States.ALL"] };

test.each<[string, string, JsonObject, readonly string[]]>([
  ["a loop", "A", { A: to("B"), B: to("A") }, [endless]],
  ["a loop and a state beside it", "A", { A: to("B"), B: to("A"), C: to("A") }, [endless]],
  ["a loop and an end beside it", "A", { A: to("B"), B: to("A"), C: pass }, [unreachable("C", "/States/C")]],
  ["no such target", "A", { A: to("NOPE") }, [missing("NOPE", "/States/A/Next"), endless]],
  ["a wrong start", "Nope", { A: pass }, [missing("Nope", "/StartAt"), unreachable("A", "/States/A")]],
  ["two that only lead to each other", "A", { A: pass, B: to("C"), C: to("B") }, []],
  ["one that only leads to itself", "A", { A: pass, B: to("B") }, []],
  [
    "only the first of those that nothing leads to",
    "A",
    { A: pass, B: to("C"), C: pass },
    [unreachable("B", "/States/B")],
  ],
  [
    "a loop whose only end is a branch's",
    "A",
    { A: { Type: "Map", ItemProcessor: { StartAt: "I", States: { I: pass } }, Next: "A" } },
    [],
  ],
  ["a name with a slash", "A", { A: pass, "a/b": pass }, [unreachable("a/b", "/States/a/b")]],
  [
    "every kind of target",
    "A",
    {
      A: { Type: "Choice", Choices: [{ ...present, Next: "N1" }], Default: "N2" },
      B: { Type: "Task", Resource: lambda, Catch: [{ ...all, Next: "N3" }], End: true },
    },
    [
      missing("N1", "/States/A/Choices[0]/Next"),
      missing("N2", "/States/A/Default"),
      missing("N3", "/States/B/Catch[0]/Next"),
      unreachable("B", "/States/B"),
    ],
  ],
  ["reached by a Catch only", "A", { A: { ...task, Catch: [{ ...all, Next: "B" }] }, B: pass }, []],
  [
    "reached by a Map's Catch only",
    "A",
    { A: { ...map({ StartAt: "I", States: { I: pass } }), Catch: [{ ...all, Next: "B" }] }, B: pass },
    [],
  ],
  [
    "reached by Default only",
    "A",
    { A: { Type: "Choice", Choices: [{ ...present, Next: "A" }], Default: "B" }, B: pass },
    [],
  ],
  [
    "out of a branch",
    "A",
    { A: parallel({ StartAt: "I", States: { I: to("A") } }) },
    [missing("A", "/States/A/Branches[0]/States/I/Next")],
  ],
  [
    "unreachable within",
    "A",
    { A: map({ StartAt: "I", States: { I: pass, G: pass } }) },
    [unreachable("G", "/States/A/ItemProcessor/States/G")],
  ],
  [
    "a loop within a processor is nobody's business",
    "A",
    { A: map({ StartAt: "I", States: { I: to("J"), J: to("I") } }) },
    [],
  ],
  [
    "a name twice",
    "A",
    { A: map({ StartAt: "A", States: { A: pass } }) },
    ["DUPLICATE_STATE_NAME: Duplicate State name: A at /States/A/ItemProcessor/States/A"],
  ],
])("%s", (_, StartAt, States, expected) => {
  expect(told({ StartAt, States })).toEqual(expected);
});

test.each([
  [
    { Pack: to("Shp"), Ship: pass },
    "state 'Pack' has Next 'Shp', which is not a state of this machine; did you mean 'Ship'?",
  ],
  [{ Pack: to("Deliver") }, "state 'Pack' has Next 'Deliver', which is not a state of this machine"],
  [
    { Pack: { ...map({ StartAt: "Ship", States: { Ship: pass } }), End: false, Next: "Ship" } },
    "state 'Pack' has Next 'Ship', which is at /States/Pack/ItemProcessor/States/Ship and cannot be reached from here",
  ],
])("the hint for a missing target: %j", (States, hint) => {
  const found = problemsIn(parseDefinition({ StartAt: "Pack", States }));
  expect(found.find((problem) => problem.message.startsWith("Missing"))?.hint).toBe(hint);
});

test.each([
  ["x".repeat(80), []],
  ["x".repeat(81), [`INVALID_STATE_NAME: State name cannot exceed 80 characters at /States/${"x".repeat(81)}`]],
  ["🧺".repeat(80), []],
  ["", ["INVALID_STATE_NAME: State name cannot be empty at /States/"]],
  ["Für alle: $.wait\n(10)", []],
])("a state named %j", (name, expected) => {
  expect(told({ StartAt: name, States: { [name]: pass } })).toEqual(expected);
});
