/** Which machines a search finds: by words of the name, by tags, by type, and while it is being typed. */
import { expect, test } from "vitest";
import type { Tagged } from "../../../console/api/wire.ts";
import { matcher, searchForTag } from "../../../console/machines/search.ts";

const machines: readonly Tagged[] = [
  machine("order-processing", "STANDARD", { team: "payments", "cost center": "old town" }),
  machine("order-refunds", "EXPRESS", { team: "Payroll" }),
  machine("a=b", "STANDARD", {}),
];

function machine(name: string, type: Tagged["type"], tags: Readonly<Record<string, string>>): Tagged {
  const pairs = Object.entries(tags).map(([key, value]) => ({ key, value }));
  return { stateMachineArn: name, name, type, creationDate: 0, tags: pairs };
}

test.each<[search: string, found: readonly string[]]>([
  ["", ["order-processing", "order-refunds", "a=b"]],
  ["  ", ["order-processing", "order-refunds", "a=b"]],
  ["order", ["order-processing", "order-refunds"]],
  ["ORDER fund", ["order-refunds"]],
  ["team", ["order-processing", "order-refunds"]],
  ["payments", ["order-processing"]],
  ["team=", ["order-processing", "order-refunds"]],
  ["team=pay", ["order-processing", "order-refunds"]],
  ["team=payr order", ["order-refunds"]],
  ["team = payments", ["order-processing"]],
  ["team= processing", ["order-processing"]],
  ["= payments", []],
  ["tea=payments", []],
  ["team=ments", []],
  ['"cost center"="old town"', ["order-processing"]],
  ['"cost center=old', ["order-processing"]],
  ["cost center=old", []],
  ["type=express", ["order-refunds"]],
  ["a=b", ["a=b"]],
  ["(.*", []],
])("%s", (search, found) => {
  expect(machines.filter(matcher(search)).map(({ name }) => name)).toEqual(found);
});

test.each([
  ["team", "payments"],
  ["cost center", "old town"],
  ["a=b", "c=d"],
  ["said", 'a "word" or two'],
  ["inch", '7"'],
  ["empty", ""],
  ["=", "="],
])("the search that the tag %j with the value %j leads to finds its machine alone", (key, value) => {
  const tagged = machine("tagged", "STANDARD", { [key]: value });
  const others = [machine("bare", "STANDARD", {}), machine("other", "STANDARD", { [`${key}s`]: value })];
  expect([...others, tagged].filter(matcher(searchForTag(key, value)))).toEqual([tagged]);
});
