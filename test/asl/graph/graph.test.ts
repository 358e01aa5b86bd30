/** A definition as a graph: its edges, its levels, what is written beside them; and drawn as far as a wrong one goes. */
import { describe, expect, test } from "vitest";
import { captionOf } from "../../../lib/asl/graph/caption.ts";
import { conditionText } from "../../../lib/asl/graph/condition.ts";
import { graphOf, levelsOf, statesOf } from "../../../lib/asl/graph/graph.ts";
import { type JsonObject, parseJson } from "../../../lib/asl/json.ts";
import { edgesIn, exampleGraph, graphFrom } from "./machine.ts";

describe("graphOf", () => {
  test("the order pipeline: every way, each with what it is taken for", () => {
    expect(edgesIn(exampleGraph("order-processing"))).toEqual([
      "#start -start-> ValidateOrder",
      "ValidateOrder -next-> CheckStockAndFraud",
      "CheckStockAndFraud -next-> StockAndFraudOk",
      "CheckStockAndFraud -catch-> ReleaseStock: States.ALL",
      'StockAndFraudOk -choice-> OutOfStock: $.checks.stock.status = "OUT_OF_STOCK"',
      "StockAndFraudOk -choice-> FraudSuspected: $.checks.fraud.risk >= 80",
      "StockAndFraudOk -default-> ChargeCard",
      "FraudSuspected -next-> ReleaseStock",
      "ChargeCard -next-> PackItems",
      "ChargeCard -catch-> ReleaseStock: CardDeclined",
      "ChargeCard -catch-> RefundCard: States.ALL",
      "PackItems -next-> ShipOrder",
      "PackItems -catch-> RefundCard: States.ALL",
      "ShipOrder -next-> OrderShipped",
      "ShipOrder -catch-> RefundCard: States.ALL",
      "OrderShipped -end-> #end",
      "RefundCard -next-> ReleaseStock",
      "ReleaseStock -next-> OrderFailed",
    ]);
  });

  test("rules that lead the same way are one edge", () => {
    expect(edgesIn(exampleGraph("data-pipeline"))).toContain(
      "QualityGate -choice-> Quarantine: $.minimumShare is present and $.quality.usableShare < $.minimumShare | " +
        "$.minimumShare is absent and $.quality.usableShare < 0.9",
    );
  });

  test("a level for each branch and processor, with its place in the definition", () => {
    expect(levelsOf(exampleGraph("order-processing")).map(({ path, first }) => [path, first])).toEqual([
      ["", "/States/ValidateOrder"],
      ["/States/CheckStockAndFraud/Branches[0]", "/States/CheckStockAndFraud/Branches[0]/States/ReserveStock"],
      ["/States/CheckStockAndFraud/Branches[1]", "/States/CheckStockAndFraud/Branches[1]/States/CheckFraud"],
      ["/States/PackItems/ItemProcessor", "/States/PackItems/ItemProcessor/States/PackItem"],
    ]);
  });

  test("retries and captions stand at their state", () => {
    const states = statesOf(exampleGraph("order-processing"));
    expect(states.get("ShipOrder")).toMatchObject({
      type: "Task",
      caption: "lambda ship-order",
      retries: [
        { errors: ["AddressUnknown"], maxAttempts: 0 },
        { errors: ["States.TaskFailed", "States.Timeout"], maxAttempts: 4 },
      ],
    });
    expect(states.get("PackItems")?.caption).toBe("each of $.items, 5 at a time");
  });

  test.each([
    // what is wrong                         definition                                                     what is drawn
    ["nothing in it", {}, []],
    ["States is a list", { StartAt: "A", States: [] }, ["#start -start-> ?A"]],
    ["a state is no object", { StartAt: "A", States: { A: 5 } }, ["#start -start-> ?A"]],
    ["a misspelt Next", { States: { A: { Type: "Pass", Next: "B" } } }, ["A -next-> ?B"]],
    ["Next is a number", { States: { A: { Type: "Pass", Next: 1 } } }, []],
    ["no Type", { StartAt: "A", States: { A: { End: true } } }, ["#start -start-> A", "A -end-> #end"]],
    [
      "a way out of a branch",
      {
        StartAt: "A",
        States: { A: { Type: "Parallel", Branches: [{ StartAt: "B", States: { B: { Next: "A" } } }], End: true } },
      },
      ["#start -start-> A", "A -end-> #end", "B -next-> ?A"],
    ],
    [
      "a rule without a condition",
      { States: { A: { Type: "Choice", Choices: [{ Next: "A" }] } } },
      ["A -choice-> A: ?"],
    ],
  ])("%s: drawn as far as it goes", (_what, definition, drawn) => {
    expect(edgesIn(graphFrom(definition))).toEqual(drawn);
  });

  test.each(["[]", '"text"', "null", "5"])("%s has no graph", (text) => {
    expect(graphOf(parseJson(text))).toBeUndefined();
  });
});

test.each([
  // rule                                                                      as a person says it
  [{ Variable: "$.a", NumericGreaterThanEquals: 80 }, "$.a >= 80"],
  [{ Variable: "$.a", StringEquals: "tea" }, '$.a = "tea"'],
  [{ Variable: "$.a", TimestampLessThanPath: "$.b" }, "$.a < $.b"],
  [{ Variable: "$.a", StringMatches: "*.csv" }, '$.a matches "*.csv"'],
  [{ Variable: "$.a", IsPresent: false }, "$.a is absent"],
  [{ Not: { Variable: "$.a", IsNull: true } }, "$.a is not null"],
  [{ Not: { Variable: "$.a", BooleanEquals: true } }, "not ($.a = true)"],
  [
    {
      And: [
        { Variable: "$.a", IsNumeric: true },
        { Variable: "$.a", NumericLessThan: 5 },
      ],
    },
    "$.a is a number and $.a < 5",
  ],
  [
    {
      Or: [
        { Variable: "$.a", IsString: true },
        {
          And: [
            { Variable: "$.b", BooleanEquals: false },
            { Variable: "$.c", IsBoolean: true },
          ],
        },
      ],
    },
    "$.a is a string or ($.b = false and $.c is true or false)",
  ],
  [{ Condition: "{% $states.input.total  >\n 10 %}" }, "$states.input.total > 10"],
  [{ Condition: true }, "true"],
  [{ Variable: "$.a" }, "?"],
  [{ And: ["x"] }, "?"],
])("%j reads: %s", (rule, text) => {
  expect(conditionText(parseJson(JSON.stringify(rule)) as JsonObject)).toBe(text);
});

test.each([
  // state                                                                                          caption
  [{ Type: "Task", Resource: "arn:aws:lambda:us-east-1:000000000000:function:charge-card" }, "lambda charge-card"],
  [{ Type: "Task", Resource: "arn:aws:lambda:eu-west-1:1:function:charge-card:live" }, "lambda charge-card:live"],
  [{ Type: "Task", Resource: "arn:aws:states:::lambda:invoke", Parameters: { FunctionName: "pack" } }, "lambda pack"],
  [
    { Type: "Task", Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken", Arguments: { FunctionName: "ask" } },
    "lambda ask by token",
  ],
  [
    { Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage", Parameters: { QueueUrl: "http://q/1/orders" } },
    "sqs:sendMessage orders",
  ],
  [{ Type: "Task", Resource: "arn:aws:states:::glue:startJobRun.sync" }, "glue:startJobRun to its end"],
  [{ Type: "Task", Resource: "arn:aws:states:::aws-sdk:s3:listBuckets" }, "aws-sdk:s3:listBuckets"],
  [{ Type: "Task", Resource: "arn:aws:states:us-east-1:1:activity:paint" }, "activity paint"],
  [{ Type: "Wait", Seconds: 259200 }, "3 d"],
  [{ Type: "Wait", Seconds: 90 }, "90 s"],
  [{ Type: "Wait", SecondsPath: "$.pause" }, "$.pause s"],
  [{ Type: "Wait", TimestampPath: "$.at" }, "until $.at"],
  [{ Type: "Map", Items: "{% $states.input.rows %}" }, "each of $states.input.rows"],
  [
    { Type: "Map", ItemReader: {}, ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED" } } },
    "each item of a file, each an execution",
  ],
  [{ Type: "Fail", Error: "Sold" }, "Sold"],
  [{ Type: "Pass" }, ""],
  [{ Type: "constructor" }, ""],
  [{ Type: 5 }, ""],
])("%j: %s", (state, caption) => {
  expect(captionOf(parseJson(JSON.stringify(state)) as JsonObject)).toBe(caption);
});
