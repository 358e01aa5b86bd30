/** Access keys in Secrets Manager (moto's): the contract, the forms that a secret may have, what is remembered. */
import { randomBytes } from "node:crypto";
import {
  CreateSecretCommand,
  type GetSecretValueCommand,
  PutSecretValueCommand,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, describe, expect, test } from "vitest";
import { rememberAccessKeys, secretAccessKeys } from "../../../lib/adapters/aws/access-keys.ts";
import { makeClients } from "../../../lib/adapters/aws/clients.ts";
import { accessKeysContract } from "../../contracts/access-keys.ts";
import { startServers } from "../../servers/servers.ts";

const servers = await startServers({ s3: true });
const skipped = servers.kind === "missing";
if (servers.kind === "started") Object.assign(process.env, servers.environment);

describe.skipIf(skipped)(`Secrets Manager by moto${skipped ? ` (skipped: ${servers.reason})` : ""}`, () => {
  if (servers.kind === "missing") return test.skipIf(skipped)("all of them", () => {});
  const { secrets } = makeClients();
  afterAll(async () => await servers.stop());

  async function secretOf(content: unknown): Promise<string> {
    const Name = randomBytes(8).toString("hex");
    await secrets.send(new CreateSecretCommand({ Name, SecretString: JSON.stringify(content) }));
    return Name;
  }

  accessKeysContract("a secret", async () => ({
    keys: secretAccessKeys(await secretOf({ keys: [] }), secrets),
    close: async () => {},
  }));

  const old = { accessKeyId: "OLD", secretAccessKey: "o" };
  const made = { accessKeyId: "MADE", secretAccessKey: "m", role: "start" };
  const issued = { accessKeyId: "ISSUED", secretAccessKey: "i", role: "read", machines: ["orders-*"], createdAt: 7 };

  test("one key without a role may do everything; one with a role; many", async () => {
    const ids = await Promise.all([old, made, { keys: [issued] }, {}].map(secretOf));
    const find = rememberAccessKeys(ids, secrets);
    expect(await find("OLD")).toEqual({ ...old, role: "admin" });
    expect(await find("MADE")).toEqual(made);
    expect(await find("ISSUED")).toEqual(issued);
    expect(await find("NOBODY")).toBeUndefined();
  });

  test.each([
    [{ accessKeyId: "A" }],
    [{ ...old, secretAccessKey: "" }],
    [{ ...old, role: "root" }],
    [{ ...old, machines: "orders-*" }],
    [{ keys: {} }],
    [{ keys: [null] }],
  ])("%j lets nobody in, and says why", async (content) => {
    const secretId = await secretOf(content);
    await expect(rememberAccessKeys([secretId], secrets)("A")).rejects.toThrow(`secret ${secretId} is not of the form`);
  });

  test("what is not JSON lets nobody in, and is not shown", async () => {
    const Name = randomBytes(8).toString("hex");
    await secrets.send(new CreateSecretCommand({ Name, SecretString: "hush" }));
    const refused = rememberAccessKeys([Name], secrets)("A");
    await expect(refused).rejects.toThrow(`secret ${Name} is not of the form`);
    await expect(refused).rejects.not.toThrow("hush");
  });

  test("a revoked key goes within a minute, a new one comes within seconds, strangers cost nothing", async () => {
    const secretId = await secretOf(old);
    let reads = 0;
    let now = 0;
    const counting = Object.assign(Object.create(secrets), {
      send: async (command: GetSecretValueCommand) => {
        reads++;
        return await secrets.send(command);
      },
    });
    const find = rememberAccessKeys([secretId], counting, () => now);
    expect(await find("OLD")).toMatchObject(old);
    for (let id = 0; id < 50; id++) expect(await find(`STRANGER${id}`)).toBeUndefined();
    expect(reads).toBe(1);
    await secrets.send(new PutSecretValueCommand({ SecretId: secretId, SecretString: JSON.stringify(made) }));
    now = 6_000;
    expect(await find("MADE")).toMatchObject(made);
    expect(await find("OLD")).toBeUndefined();
    now = 60_000;
    expect(await find("MADE")).toMatchObject(made);
    expect(reads).toBe(2);
    now = 70_000;
    expect(await find("MADE")).toMatchObject(made);
    expect(reads).toBe(3);
  });

  test("a secret that cannot be read locks out its own keys and no others", async () => {
    const [whole, broken] = await Promise.all([secretOf(old), secretOf("not a key")]);
    let now = 0;
    const find = rememberAccessKeys([broken, whole, "of-nobody"], secrets, () => now);
    expect(await find("OLD")).toMatchObject(old);
    await expect(find("MADE")).rejects.toThrow(`secret ${broken} is not of the form`);
    await secrets.send(new PutSecretValueCommand({ SecretId: broken, SecretString: JSON.stringify(made) }));
    now = 6_000;
    expect(await find("MADE")).toMatchObject(made);
  });

  test("a secret that was replaced counts within seconds for who is in doubt, for others within a minute", async () => {
    const secretId = await secretOf(old);
    let now = 0;
    const find = rememberAccessKeys([secretId], secrets, () => now);
    expect(await find("OLD")).toMatchObject(old);
    const newer = { ...old, secretAccessKey: "n" };
    await secrets.send(new PutSecretValueCommand({ SecretId: secretId, SecretString: JSON.stringify(newer) }));
    expect(await find("OLD", true)).toMatchObject(old);
    now = 6_000;
    expect(await find("OLD")).toMatchObject(old);
    expect(await find("OLD", true)).toMatchObject(newer);
  });
});
