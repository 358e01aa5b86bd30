/** The commands that ask a deployed stack: its outputs and secrets, in moto's CloudFormation and Secrets Manager. */
import { CloudFormationClient, CreateStackCommand } from "@aws-sdk/client-cloudformation";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, describe, expect, test } from "vitest";
import { stackResources } from "../../lib/adapters/aws/installation.ts";
import { startServers } from "../servers/servers.ts";
import { baton } from "./baton.ts";

const servers = await startServers({ s3: true });
const skipped = servers.kind === "missing";

describe.skipIf(skipped)(`a stack in moto${skipped ? ` (skipped: ${servers.reason})` : ""}`, async () => {
  if (servers.kind === "missing") return test.skipIf(skipped)("all of them", () => {});
  const AWS_ENDPOINT_URL_CLOUDFORMATION = servers.environment["AWS_ENDPOINT_URL_S3"] ?? "";
  Object.assign(process.env, servers.environment, { AWS_ENDPOINT_URL_CLOUDFORMATION });
  const secrets = new SecretsManagerClient({});
  const key = { accessKeyId: "BATONADMIN", secretAccessKey: "s3cret" };
  for (const [Name, content] of [
    ["admin", key],
    ["issued", { keys: [] }],
  ] as const)
    await secrets.send(new CreateSecretCommand({ Name, SecretString: JSON.stringify(content) }));
  const cloudFormation = new CloudFormationClient({});
  const outputs = { WireEndpoint: "https://api.example", AccessKeySecret: "admin", IssuedKeysSecret: "issued" };
  await create("Baton", outputs);
  await create("Other", {});
  afterAll(async () => await servers.stop());

  async function create(StackName: string, values: Readonly<Record<string, string>>): Promise<void> {
    const Resources = { Topic: { Type: "AWS::SNS::Topic" } };
    const Outputs = Object.fromEntries(Object.entries(values).map(([name, Value]) => [name, { Value }]));
    await cloudFormation.send(
      new CreateStackCommand({ StackName, TemplateBody: JSON.stringify({ Resources, Outputs }) }),
    );
  }

  test("baton env --stack: its endpoint and the key that may do everything", async () => {
    expect(JSON.parse((await baton("env", "--stack", "Baton", "--json")).out)).toMatchObject({
      AWS_ENDPOINT_URL_SFN: "https://api.example",
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    });
  });

  test.each([
    ["--stack", "Baton"],
    ["--secret", "issued"],
  ])("baton keys %s %s: create, list, revoke", async (...where) => {
    const made = JSON.parse((await baton("keys", "create", "--role", "start", "--json", ...where)).out);
    expect(made).toMatchObject({ role: "start", secretAccessKey: expect.any(String) });
    const { accessKeyId, createdAt } = made;
    const listed = JSON.parse((await baton("keys", "list", "--json", ...where)).out);
    expect(listed).toEqual([{ accessKeyId, role: "start", createdAt }]);
    expect(await baton("keys", "revoke", accessKeyId, ...where)).toMatchObject({ code: 0 });
    expect(JSON.parse((await baton("keys", "list", "--json", ...where)).out)).toEqual([]);
  });

  test.each([
    ["Absent", /^ValidationError: .*Absent/],
    ["Other", /^stack Other has no output WireEndpoint; is it one of Baton's, and deployed with this version\?$/m],
  ])("a stack that is not Baton's: %s", async (stack, sentence) => {
    const { code, err } = await baton("env", "--stack", stack);
    expect(err).toMatch(sentence);
    expect(code).toBe(1);
  });

  test("the resources of a stack, with its account and Region", async () => {
    const Resources = { FlowQueue0123ABCD: { Type: "AWS::SQS::Queue" }, Files: { Type: "AWS::S3::Bucket" } };
    const TemplateBody = JSON.stringify({ Resources });
    await cloudFormation.send(new CreateStackCommand({ StackName: "Shop", TemplateBody }));
    expect(await stackResources("Shop")).toEqual({
      region: "us-east-1",
      account: "123456789012",
      resources: [
        { type: "AWS::SQS::Queue", id: "FlowQueue0123ABCD", name: expect.stringContaining("/Shop-FlowQueue") },
        { type: "AWS::S3::Bucket", id: "Files", name: expect.stringMatching(/^shop-files/) },
      ],
    });
    expect((await baton("heal", "--stack", "Shop")).err).toBe("stack Shop holds no Baton\n");
  });

  test("a secret that is not there", async () => {
    const { err } = await baton("keys", "list", "--secret", "none");
    expect(err).toMatch(/^ResourceNotFoundException: /);
  });
});
