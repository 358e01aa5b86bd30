/** The AWS Solutions rules of cdk-nag: every finding is acknowledged in the code, with its reason. */
import { Validations } from "aws-cdk-lib";
import * as s3 from "aws-cdk-lib/aws-s3";
import { AwsSolutionsChecks } from "cdk-nag";
import { expect, test } from "vitest";
import { batonStack } from "./synthesized.ts";

test("no finding of cdk-nag is open", () => {
  const { app } = checked();
  expect(() => app.synth()).not.toThrow();
});

test("a finding would be seen", () => {
  const { app, stack } = checked();
  new s3.Bucket(stack, "Open");
  expect(() => app.synth()).toThrow("AwsSolutions-S10");
});

function checked(): ReturnType<typeof batonStack> {
  const made = batonStack();
  Validations.of(made.app).addPlugins(new AwsSolutionsChecks(made.app));
  return made;
}
