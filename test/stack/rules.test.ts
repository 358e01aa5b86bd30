/**
 * Other people's rules: cdk-nag's AWS Solutions, where every finding is acknowledged in the code with its
 * reason, and CloudFormation's own schemas. A planted mistake shows that each of them looks.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Validations } from "aws-cdk-lib";
import * as s3 from "aws-cdk-lib/aws-s3";
import { AwsSolutionsChecks } from "cdk-nag";
import { expect, test } from "vitest";
import { batonStack } from "./synthesized.ts";

// On a machine with much else to do the rules alone have taken half a minute.
test("no finding is open", { timeout: 120_000 }, () => {
  const { directory } = checked().app.synth();
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

function checked(): ReturnType<typeof batonStack> {
  const made = batonStack({}, true);
  Validations.of(made.app).addPlugins(new AwsSolutionsChecks(made.app));
  return made;
}
