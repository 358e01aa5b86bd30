/** The partition in every ARN, by the Region. */
import { expect, test } from "vitest";
import { partitionOf } from "../../lib/asl/partition.ts";
import {
  executionArn,
  executionId,
  machineArn,
  parseExecutionArn,
  parseMachineArn,
} from "../../lib/engine/identity.ts";

test.each([
  ["us-east-1", "aws"],
  ["eu-central-2", "aws"],
  ["us-gov-west-1", "aws-us-gov"],
  ["cn-northwest-1", "aws-cn"],
  ["us-iso-east-1", "aws-iso"],
  ["us-isob-east-1", "aws-iso-b"],
  ["us-isof-south-1", "aws-iso-f"],
  ["eu-isoe-west-1", "aws-iso-e"],
  ["eusc-de-east-1", "aws-eusc"],
])("%s is of %s, and its ARNs are read back", (region, partition) => {
  expect(partitionOf(region)).toBe(partition);
  const tenant = { account: "123456789012", region };
  const machine = machineArn(tenant, "m");
  expect(machine).toBe(`arn:${partition}:states:${region}:123456789012:stateMachine:m`);
  expect(parseMachineArn(machine)).toEqual({ ...tenant, name: "m" });
  const id = executionId(tenant, "m", "e");
  expect(executionArn(id)).toBe(`arn:${partition}:states:${region}:123456789012:execution:m:e`);
  expect(parseExecutionArn(executionArn(id))).toBe(id);
});
