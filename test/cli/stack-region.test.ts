/** `--stack` from a shell that says where by the AWS CLI's variable, or not at all: asked in that Region, or told what is missing. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { baton } from "./baton.ts";

const signed: string[] = [];
const cloudFormation = createServer((request, answer) => {
  signed.push(String(request.headers.authorization));
  const error = "<Error><Type>Sender</Type><Code>ValidationError</Code><Message>no such stack</Message></Error>";
  answer.writeHead(400, { "content-type": "text/xml" }).end(`<ErrorResponse>${error}</ErrorResponse>`);
});

beforeAll(async () => {
  await new Promise<void>((resolve) => cloudFormation.listen(0, "127.0.0.1", resolve));
});
afterAll(() => void cloudFormation.close());
afterEach(() => vi.unstubAllEnvs());

function shell(variables: Readonly<Record<string, string>>): void {
  const { port } = cloudFormation.address() as AddressInfo;
  const none = "/nonexistent";
  for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
    vi.stubEnv(name, undefined);
  const files = { AWS_CONFIG_FILE: none, AWS_SHARED_CREDENTIALS_FILE: none, AWS_EC2_METADATA_DISABLED: "true" };
  const all = { ...files, AWS_ENDPOINT_URL_CLOUDFORMATION: `http://127.0.0.1:${port}`, ...variables };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
}

const key = { AWS_ACCESS_KEY_ID: "AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" };

test("the Region of AWS_DEFAULT_REGION is asked", async () => {
  shell({ ...key, AWS_DEFAULT_REGION: "eu-central-1" });
  const { code, err } = await baton("env", "--stack", "Baton");
  expect(err).toMatch(/^ValidationError: no such stack$/m);
  expect(code).toBe(1);
  expect(signed.at(-1)).toContain("/eu-central-1/cloudformation/aws4_request");
});

test.each([
  // shell                          what is said
  [key, /^Region is missing: set AWS_REGION to the stack's$/m],
  [
    { AWS_REGION: "eu-central-1" },
    /^CredentialsProviderError: .*; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, for/m,
  ],
])("a shell that says too little: %j", async (variables, says) => {
  shell(variables);
  const { code, err } = await baton("env", "--stack", "Baton");
  expect(err).toMatch(says);
  expect(code).toBe(1);
});
