import { expect, test } from "vitest";
import { unreached } from "../../../console/execution/unreached.ts";

const pass = { Type: "Pass", End: true };
const processor = (state: string, more: object = {}) => ({ StartAt: state, States: { [state]: pass }, ...more });
const distributed = { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" } };

const definition = JSON.stringify({
  StartAt: "First",
  States: {
    First: pass,
    Inline: { Type: "Map", ItemProcessor: processor("Item") },
    Old: { Type: "Map", Iterator: processor("OldItem") },
    Both: { Type: "Parallel", Branches: [processor("Left"), processor("Right")] },
    Wide: {
      Type: "Map",
      ItemProcessor: {
        ...distributed,
        StartAt: "Inner",
        States: { Inner: { Type: "Map", ItemProcessor: processor("Deep", distributed) } },
      },
    },
  },
});

test.each<[state: string, definition: string | undefined, expected: string]>([
  ["First", definition, "not reached"],
  ["Item", definition, "not reached"],
  ["OldItem", definition, "not reached"],
  ["Right", definition, "not reached"],
  ["Wide", definition, "not reached"],
  ["Inner", definition, "in children of Wide"],
  ["Deep", definition, "in children of Wide"],
  ["Nowhere", definition, "unknown"],
  ["First", undefined, "not reached"],
  ["First", "{ half", "not reached"],
])("%s", (state, given, expected) => {
  const found = unreached(given, state);
  expect(found.kind === "in children" ? `in children of ${found.map}` : found.kind).toBe(expected);
});
