/**
 * Other people's rules: cdk-nag's AWS Solutions, where every finding is acknowledged in the code with its
 * reason, and CloudFormation's own schemas. A planted mistake shows that each of them looks.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Stack, Validations } from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as s3 from "aws-cdk-lib/aws-s3";
import { AwsSolutionsChecks } from "cdk-nag";
import { expect, test } from "vitest";
import type { BatonStackProps } from "../../lib/stack/stack.ts";
import { batonStack } from "./synthesized.ts";

const arn = "arn:aws:lambda:eu-west-1:111122223333:function:ship";

// On a machine with much else to do the rules alone have taken half a minute.
test.each([
  ["by its ARN", () => lambda.Function.fromFunctionArn(new Stack(), "Ship", arn)],
  ["by its name, wherever it is deployed", () => lambda.Function.fromFunctionName(new Stack(), "Ship", "ship")],
])("no finding is open where tasks call a function %s", { timeout: 120_000 }, (_, shipIn) => {
  const { directory } = checked({ taskFunctions: [shipIn()] }).app.synth();
  const { pluginReports } = JSON.parse(readFileSync(join(directory, "validation-report.json"), "utf8"));
  expect(pluginReports).toEqual([]);
});

test("cdk-nag would find a bucket without TLS", () => {
  const { app, stack } = checked();
  new s3.Bucket(stack, "Open");
  expect(() => app.synth()).toThrow("AwsSolutions-S10");
});

test("CloudFormation's schemas would find a wrong value", () => {
  const { app, stack } = checked();
  new s3.CfnBucket(stack, "Wrong", { accelerateConfiguration: { accelerationStatus: "Fast" } });
  expect(() => app.synth()).toThrow("AccelerateConfiguration.AccelerationStatus");
});

function checked(props: BatonStackProps = {}): ReturnType<typeof batonStack> {
  const made = batonStack(props, true);
  Validations.of(made.app).addPlugins(new AwsSolutionsChecks(made.app));
  return made;
}
