/** `baton iam FILE`: whose resources a name without an ARN is taken for. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { baton, folderOf } from "./baton.ts";

const send = { Type: "Task", Resource: "arn:aws:states:::glue:startJobRun", Parameters: { JobName: "nightly" } };
const folder = folderOf({ "a.asl.json": { StartAt: "A", States: { A: { ...send, End: true } } } });
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  vi.unstubAllEnvs();
});

test.each([
  // AWS_REGION         options                              job
  ["", [], "arn:aws:glue:us-east-1:000000000000:job/nightly"],
  ["eu-west-1", [], "arn:aws:glue:eu-west-1:000000000000:job/nightly"],
  ["cn-north-1", [], "arn:aws-cn:glue:cn-north-1:000000000000:job/nightly"],
  ["eu-west-1", ["--region", "us-gov-west-1"], "arn:aws-us-gov:glue:us-gov-west-1:000000000000:job/nightly"],
  ["eu-west-1", ["--partition", "aws-cn"], "arn:aws-cn:glue:eu-west-1:000000000000:job/nightly"],
])("AWS_REGION=%s %j: %s", async (region, options, job) => {
  vi.stubEnv("AWS_REGION", region);
  vi.stubEnv("AWS_DEFAULT_REGION", "");
  const { out } = await baton("iam", join(folder, "a.asl.json"), "--json", ...options);
  expect(JSON.parse(out).policy.Statement).toMatchObject([{ Resource: [job] }]);
});
