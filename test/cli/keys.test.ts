/**
 * Keys from the command line, and the commands that use them: a server that requires keys takes what is signed
 * with one, within its role, until it is revoked.
 */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { exportLines, shownSettings } from "../../lib/cli/client-settings.ts";
import { readValidDefinition } from "../../lib/cli/definition-file.ts";
import { type LocalBaton, startLocal } from "../../lib/local/baton.ts";
import { baton, folderOf } from "./baton.ts";

const data = mkdtempSync(join(tmpdir(), "baton-keys-cli-"));
const folder = folderOf({
  "orders.asl.json": { StartAt: "A", States: { A: { Type: "Pass", End: true } } },
  "bills.asl.json": { StartAt: "A", States: { A: { Type: "Pass", End: true } } },
  "parent.asl.json": {
    StartAt: "A",
    States: {
      A: {
        Type: "Task",
        Resource: "arn:aws:states:::states:startExecution",
        Parameters: { StateMachineArn: `arn:aws:states:\${AWS_REGION}:\${AWS_ACCOUNT}:stateMachine:child` },
        End: true,
      },
    },
  },
  // Prints what it was told instead of telling AWS.
  aws: '#!/bin/sh\necho "$@" "$AWS_ENDPOINT_URL_SFN" "$AWS_ACCESS_KEY_ID" "$AWS_SESSION_TOKEN." "$AWS_PROFILE." > "$SAID"\nexit 7\n',
});
let server: LocalBaton;
beforeAll(async () => {
  server = await startLocal({ folder: data, port: 0, requireKeys: true });
});
afterAll(async () => {
  await server.close();
  for (const each of [data, folder]) rmSync(each, { recursive: true, force: true });
});
beforeEach(() => {
  for (const name of ["ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "REGION", "DEFAULT_REGION"])
    vi.stubEnv(`AWS_${name}`, "");
  for (const name of ["http_proxy", "all_proxy", "no_proxy"]) {
    vi.stubEnv(name, "");
    vi.stubEnv(name.toUpperCase(), "");
  }
});
afterEach(() => {
  vi.unstubAllEnvs();
});

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly bearerToken: string;
}

async function create(...options: readonly string[]): Promise<Key> {
  return JSON.parse((await baton("keys", "create", "--data", data, "--json", ...options)).out);
}

function use({ accessKeyId, secretAccessKey }: Pick<Key, "accessKeyId" | "secretAccessKey">): void {
  vi.stubEnv("AWS_ACCESS_KEY_ID", accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", secretAccessKey);
}

describe("a server that requires keys", () => {
  const at = () => ["--endpoint", server.url];

  test("says to whoever has none where to get one", async () => {
    const { code, err } = await baton("list", ...at());
    expect(err).toContain("MissingAuthenticationTokenException: Missing Authentication Token: this Baton takes signed");
    expect(code).toBe(1);
  });

  test("its own process may do everything", async () => {
    if (!server.credentials) throw new Error("no credentials");
    use(server.credentials);
    expect((await baton("run", join(folder, "orders.asl.json"), ...at())).code).toBe(0);
    expect((await baton("run", join(folder, "bills.asl.json"), ...at())).code).toBe(0);
  });

  test("a key may do what its role says, with the machines that it covers, until it is revoked", async () => {
    const key = await create("--role", "start", "--machines", "orders*");
    use(key);
    expect(await baton("start", "orders", "--name", "one", ...at())).toMatchObject({ code: 0 });
    const listed = JSON.parse((await baton("list", "--json", ...at())).out);
    expect(listed.map(({ name }: { name: string }) => name)).toEqual(["orders"]);
    const bills = "arn:aws:states:us-east-1:000000000000:stateMachine:bills";
    expect((await baton("start", bills, ...at())).err).toContain(
      `AccessDeniedException: User: arn:aws:iam::000000000000:user/${key.accessKeyId} is not authorized to perform: states:StartExecution on resource: ${bills} because no identity-based policy allows the states:StartExecution action`,
    );
    for (const command of ["start", "graph"])
      expect((await baton(command, "bills", ...at())).err).toMatch(
        /^AccessDeniedException: .* perform: states:DescribeStateMachine on resource: \S+:bills because/,
      );
    expect((await baton("stop", "orders/one", ...at())).err).toContain("perform: states:StopExecution");

    expect(await baton("keys", "revoke", key.accessKeyId, "--data", data)).toMatchObject({ code: 0 });
    expect((await baton("list", ...at())).err).toMatch(
      /^UnrecognizedClientException: The security token included in the request is invalid\. This Baton has no such key; set AWS_ACCESS_KEY_ID and /,
    );
    expect((await baton("keys", "revoke", key.accessKeyId, "--data", data)).err).toBe(
      `there is no key '${key.accessKeyId}'; see: baton keys list\n`,
    );
  });

  test("bearer tokens: the one that was shown, and those that the key's holder makes", async () => {
    const key = await create("--role", "read");
    use(key);
    const made = (await baton("keys", "token", "--hours", "1")).out.trim();
    for (const token of [key.bearerToken, made]) {
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(`${server.url}/caller`, { headers });
      expect(await response.json()).toEqual({ accessKeyId: key.accessKeyId, role: "read" });
    }
    expect((await fetch(`${server.url}/caller`)).status).toBe(403);
  });
});

describe("keys", () => {
  test("are listed without their secrets", async () => {
    const key = await create("--role", "operate", "--machines", "a-*", "--machines", "b");
    const { out } = await baton("keys", "list", "--data", data);
    expect(out).toMatch(/^KEY +ROLE +MACHINES +CREATED\n/);
    expect(out).toMatch(new RegExp(`^${key.accessKeyId} +operate +a-\\* b +\\d{4}-\\S+Z$`, "m"));
    expect(out).not.toContain(key.secretAccessKey);
    const listed = JSON.parse((await baton("keys", "list", "--data", data, "--json")).out);
    const { accessKeyId } = key;
    const createdAt = expect.any(String);
    expect(listed).toContainEqual({ accessKeyId, role: "operate", machines: ["a-*", "b"], createdAt });
  });

  test("are shown once, as variables", async () => {
    const { out, err } = await baton("keys", "create", "--data", data, "--role", "admin");
    expect(out).toMatch(
      /^AWS_ACCESS_KEY_ID=BATON[0-9A-F]{15}\nAWS_SECRET_ACCESS_KEY=[\w-]{40}\nfor REST: Authorization: Bearer baton_\w+\n$/,
    );
    expect(err).toBe("note: the secret and the token are not shown again\n");
  });

  test.each([
    [["create"], "required option '--role <role>' not specified"],
    [["create", "--role", "root"], "Allowed choices are read, start, operate, admin"],
    [["create", "--role", "read", "--machines", "a b"], "a pattern is a machine's name"],
    [["token", "--hours", "no"], "a number of hours"],
    [["token"], "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"],
  ])("%j: %s", async (parameters, sentence) => {
    const { code, err } = await baton("keys", ...parameters);
    expect(err).toContain(sentence);
    expect(code).toBe(1);
  });
});

describe("pointing clients at Baton", () => {
  const url = "http://127.0.0.1:4599";

  test("baton env prints exports: anybody's key, or the shell's own", async () => {
    expect((await baton("env", "--url", url)).out).toBe(
      [
        `export AWS_ENDPOINT_URL_SFN=${url}`,
        "export AWS_DISABLE_HOST_PREFIX_INJECTION=true",
        "export AWS_REGION=us-east-1",
        "export AWS_DEFAULT_REGION=us-east-1",
        "export AWS_ACCESS_KEY_ID=local",
        "export AWS_SECRET_ACCESS_KEY=local",
        "export AWS_SESSION_TOKEN=",
        "",
      ].join("\n"),
    );
    use({ accessKeyId: "123456789012", secretAccessKey: "it's" });
    vi.stubEnv("AWS_DEFAULT_REGION", "eu-west-1");
    const { out } = await baton("env", "--url", url);
    expect(out).toContain("export AWS_REGION=eu-west-1\n");
    expect(out).toContain("export AWS_ACCESS_KEY_ID=123456789012\nexport AWS_SECRET_ACCESS_KEY='it'\\''s'\n");
    expect(JSON.parse((await baton("env", "--url", url, "--json")).out)).toMatchObject({ AWS_ENDPOINT_URL_SFN: url });
  });

  test.each([
    // the shell's key, what `baton dev` prints, the account that its machines are in
    [{ accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "of AWS" }, "local", "000000000000"],
    [{ accessKeyId: "123456789012", secretAccessKey: "any" }, "123456789012", "123456789012"],
  ])("with the key %j a server shows %s, and AWS_ACCOUNT has the value %s", (key, shown, account) => {
    use(key);
    const lines = exportLines(shownSettings(url, process.env));
    expect(lines).toContain(`export AWS_ACCESS_KEY_ID=${shown}\nexport AWS_SECRET_ACCESS_KEY=local\n`);
    const child = `arn:aws:states:us-east-1:${account}:stateMachine:child`;
    expect(readValidDefinition(join(folder, "parent.asl.json"), {}).text).toContain(child);
  });

  test.each([
    [url, "HTTP_PROXY", "", "127.0.0.1"],
    ["http://localhost:4599", "http_proxy", "intra.example, 127.0.0.1", "intra.example,127.0.0.1,localhost"],
    ["http://[::1]:4599", "ALL_PROXY", "::1", "::1"],
    [url, "HTTP_PROXY", "*", "*"],
  ])("%s with %s and NO_PROXY=%s: the clients ask no proxy for it", async (at, proxy, before, expected) => {
    vi.stubEnv(proxy, "http://proxy.example:3128");
    vi.stubEnv("NO_PROXY", before);
    const { out } = await baton("env", "--url", at, "--json");
    expect(JSON.parse(out)).toMatchObject({ NO_PROXY: expected, no_proxy: expected });
  });

  test("what is deployed is asked for as the environment says", async () => {
    vi.stubEnv("HTTP_PROXY", "http://proxy.example:3128");
    expect((await baton("env", "--url", "https://abc.execute-api.eu-west-1.amazonaws.com")).out).not.toContain("proxy");
  });

  test("baton aws runs the AWS CLI with them and ends as it does", async () => {
    chmodSync(join(folder, "aws"), 0o755);
    vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
    vi.stubEnv("AWS_PROFILE", "work");
    vi.stubEnv("AWS_SESSION_TOKEN", "old");
    const said = join(folder, "said");
    vi.stubEnv("SAID", said);
    expect((await baton("aws", "--url", url, "stepfunctions", "list-executions", "--url", "x", "--help")).code).toBe(7);
    expect(readFileSync(said, "utf8")).toBe(`stepfunctions list-executions --url x --help ${url} local . .\n`);
  });

  test("baton aws without words says what words it takes", async () => {
    expect(await baton("aws")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/for instance: baton aws stepfunctions list-state-machines\n$/),
    });
  });

  test("without the AWS CLI it says so", async () => {
    vi.stubEnv("PATH", "/nowhere");
    expect(await baton("aws", "stepfunctions", "help")).toMatchObject({
      code: 1,
      err: expect.stringContaining("there is no AWS CLI on the path"),
    });
  });
});
