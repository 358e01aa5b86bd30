/** Versions and aliases: what is published stays as it is, and who starts by which name gets what. */
import { beforeEach, describe, expect, test } from "vitest";
import { createHandler } from "../../lib/api/handler.ts";
import { type MemoryWorld, memoryWorld } from "./memory-world.ts";
import { type Answered, arnOf, executionOf, pass, refusal, role, wait, wire } from "./requests.ts";

let world: MemoryWorld;
let send: (operation: string, input: unknown) => Promise<Answered>;
const stateMachineArn = arnOf("m");
const otherRole = `${role}-2`;

beforeEach(async () => {
  world = memoryWorld();
  const handler = createHandler(world.engine, { authentication: "none" });
  send = async (operation, input) => await wire(handler, operation, input);
  await send("CreateStateMachine", { name: "m", definition: pass, roleArn: role, publish: true });
});

async function publishTwo(): Promise<void> {
  await send("UpdateStateMachine", { stateMachineArn, definition: wait, roleArn: otherRole, publish: true });
}

function routes(...weights: readonly (readonly [number, number])[]): object[] {
  return weights.map(([version, weight]) => ({ stateMachineVersionArn: `${stateMachineArn}:${version}`, weight }));
}

async function alias(name: string, ...weights: readonly (readonly [number, number])[]): Promise<Answered> {
  return await send("CreateStateMachineAlias", { name, routingConfiguration: routes(...weights) });
}

describe("versions", () => {
  test("creating again asks for the same publication", async () => {
    const asked = { name: "m", definition: pass, roleArn: role, publish: true };
    expect((await send("CreateStateMachine", asked)).body.stateMachineVersionArn).toBe(`${stateMachineArn}:1`);
    for (const other of [{ publish: false }, { versionDescription: "first" }])
      expect(refusal(await send("CreateStateMachine", { ...asked, ...other }))).toMatch(/^StateMachineAlreadyExists: /);
  });

  test("publishing one revision twice gives one version, and a number is never given again", async () => {
    const publish = async (): Promise<string> =>
      (await send("PublishStateMachineVersion", { stateMachineArn, revisionId: "INITIAL" })).body
        .stateMachineVersionArn;
    expect(await publish()).toBe(`${stateMachineArn}:1`);
    await send("DeleteStateMachineVersion", { stateMachineVersionArn: `${stateMachineArn}:1` });
    expect(await publish()).toBe(`${stateMachineArn}:2`);
    const listed = await send("ListStateMachineVersions", { stateMachineArn });
    expect(listed.body.stateMachineVersions).toMatchObject([{ stateMachineVersionArn: `${stateMachineArn}:2` }]);
  });

  test("a version keeps definition, role and description", async () => {
    await publishTwo();
    await send("UpdateStateMachine", { stateMachineArn, definition: pass, roleArn: role });
    await send("PublishStateMachineVersion", { stateMachineArn, description: "third" });
    const described = async (number: number): Promise<unknown> =>
      (await send("DescribeStateMachine", { stateMachineArn: `${stateMachineArn}:${number}` })).body;
    expect(await described(1)).toMatchObject({ stateMachineArn: `${stateMachineArn}:1`, definition: pass });
    expect(await described(2)).toMatchObject({ definition: wait, roleArn: otherRole, revisionId: expect.anything() });
    expect(await described(3)).toMatchObject({ definition: pass, roleArn: role, description: "third" });
  });

  test("the same content published with another description is another version, with the same one it is not", async () => {
    const update = async (versionDescription?: string): Promise<string> =>
      (await send("UpdateStateMachine", { stateMachineArn, definition: pass, publish: true, versionDescription })).body
        .stateMachineVersionArn;
    expect(await update()).toBe(`${stateMachineArn}:1`);
    expect(await update("second")).toBe(`${stateMachineArn}:2`);
    expect(await update("second")).toBe(`${stateMachineArn}:2`);
    const second = await send("DescribeStateMachine", { stateMachineArn: `${stateMachineArn}:2` });
    expect(second.body).toMatchObject({ definition: pass, description: "second" });
  });

  test("pages", async () => {
    await publishTwo();
    const first = await send("ListStateMachineVersions", { stateMachineArn, maxResults: 1 });
    expect(first.body.stateMachineVersions).toMatchObject([{ stateMachineVersionArn: `${stateMachineArn}:2` }]);
    const { nextToken } = first.body;
    const second = await send("ListStateMachineVersions", { stateMachineArn, maxResults: 1, nextToken });
    expect(second.body).toEqual({
      stateMachineVersions: [{ stateMachineVersionArn: `${stateMachineArn}:1`, creationDate: expect.any(Number) }],
    });
  });

  test("at most 1000", async () => {
    const { machines } = world.engine.world;
    const machine = await machines.find({ account: "000000000000", region: "us-east-1" }, "m");
    if (!machine) throw new Error("the machine is gone");
    const versions = Array.from({ length: 1000 }, (_, index) => ({
      number: index + 1,
      createdAt: 0,
      revisionId: "old",
    }));
    const settings = JSON.stringify({ ...JSON.parse(machine.settings), versions, latestVersion: 1000 });
    await machines.replace({ ...machine, settings }, machine.revisionId);
    expect(refusal(await send("PublishStateMachineVersion", { stateMachineArn }))).toBe(
      "ServiceQuotaExceededException: State machine 'm' has 1000 versions, the most it can have; delete those that are not used",
    );
  });
});

describe("executions", () => {
  test("by version, by alias and by neither: told apart in descriptions and lists", async () => {
    await publishTwo();
    await alias("live", [1, 100]);
    const arns = { v: `${stateMachineArn}:1`, a: `${stateMachineArn}:live`, n: stateMachineArn };
    for (const [name, arn] of Object.entries(arns)) {
      await send("StartExecution", { stateMachineArn: arn, name });
      await world.run(1);
    }
    await world.run();
    const described = async (name: string): Promise<Answered["body"]> =>
      (await send("DescribeExecution", { executionArn: executionOf(`m:${name}`) })).body;
    const [v, a, n] = [await described("v"), await described("a"), await described("n")];
    expect(v).toMatchObject({ stateMachineArn, stateMachineVersionArn: arns.v, status: "SUCCEEDED" });
    expect(a).toMatchObject({ stateMachineVersionArn: arns.v, stateMachineAliasArn: arns.a, status: "SUCCEEDED" });
    expect(v).not.toHaveProperty("stateMachineAliasArn");
    expect(n).toMatchObject({ stateMachineArn, status: "RUNNING" });
    expect(n).not.toHaveProperty("stateMachineVersionArn");
    const listed = async (arn: string): Promise<string[]> =>
      (await send("ListExecutions", { stateMachineArn: arn })).body.executions.map(
        ({ name }: { name: string }) => name,
      );
    expect(await Promise.all(Object.values(arns).map(listed))).toEqual([["a", "v"], ["a"], ["n", "a", "v"]]);
    const running = await send("DescribeStateMachineForExecution", { executionArn: executionOf("m:v") });
    expect(running.body).toMatchObject({ stateMachineArn, definition: pass, roleArn: role });
  });

  test("a version's number is written in one way", async () => {
    const stateMachineVersionArn = `${stateMachineArn}:01`;
    expect(refusal(await send("DeleteStateMachineVersion", { stateMachineVersionArn }))).toBe(
      `InvalidArn: Invalid Arn: '${stateMachineVersionArn}'`,
    );
    const routingConfiguration = [
      { stateMachineVersionArn, weight: 40 },
      { stateMachineVersionArn: `${stateMachineArn}:1`, weight: 60 },
    ];
    expect(refusal(await send("CreateStateMachineAlias", { name: "twice", routingConfiguration }))).toMatch(
      /^ValidationException: Routing configuration must contain state machine version ARNs\./,
    );
    const { body } = await send("ListStateMachineVersions", { stateMachineArn });
    expect(body.stateMachineVersions).toMatchObject([{ stateMachineVersionArn: `${stateMachineArn}:1` }]);
  });

  test("an execution tells the revision that it was started with, whatever the machine is updated to", async () => {
    const started = async (executionArn: string): Promise<unknown> => {
      const { body } = await send("DescribeStateMachineForExecution", { executionArn });
      return [body.revisionId, body.updateDate];
    };
    const expected = new Map<string, unknown>();
    const begin = async (name: string, qualifier = ""): Promise<void> => {
      const { body: machine } = await send("DescribeStateMachine", {
        stateMachineArn: `${stateMachineArn}${qualifier}`,
      });
      const { body } = await send("StartExecution", { stateMachineArn: `${stateMachineArn}${qualifier}`, name });
      expected.set(body.executionArn, [machine.revisionId, qualifier === "" ? updateDate : created]);
      await world.run(1_000);
    };
    const { creationDate: created } = (await send("DescribeStateMachine", { stateMachineArn })).body;
    let updateDate = created;
    await begin("first");
    for (let update = 0; update < 9; update++) {
      ({ updateDate } = (await send("UpdateStateMachine", { stateMachineArn, roleArn: `${role}-${update}` })).body);
      await world.run(1_000);
      await begin(`${update}`);
    }
    await begin("version", ":1");
    for (const [executionArn, revision] of expected)
      expect(await started(executionArn), executionArn).toEqual(revision);
    // Many updates later nothing is said of the first ones, rather than of another.
    for (let update = 0; update < 9; update++) {
      await send("UpdateStateMachine", { stateMachineArn, roleArn: `${role}-later-${update}` });
      await world.run(1_000);
    }
    const [revisionId, since] = (await started(executionOf("m:2"))) as [string | undefined, number];
    expect(revisionId).toBeUndefined();
    expect(since).toBe((await send("DescribeExecution", { executionArn: executionOf("m:2") })).body.startDate);
  });

  test("a deployment may make all of its aliases at once", async () => {
    const made = await Promise.all(Array.from({ length: 30 }, (_, number) => alias(`a${number}`, [1, 100])));
    expect(made.map(({ status, body }) => body.message ?? status)).toEqual(Array(30).fill(200));
    expect((await send("ListStateMachineAliases", { stateMachineArn })).body.stateMachineAliases).toHaveLength(30);
  });

  test("an alias leads to its versions by weight", async () => {
    await publishTwo();
    await alias("canary", [1, 80], [2, 20]);
    const counts = new Map<string, number>();
    for (let index = 0; index < 300; index++) {
      const name = `e${index}`;
      await send("StartExecution", { stateMachineArn: `${stateMachineArn}:canary`, name });
      const { body } = await send("DescribeExecution", { executionArn: executionOf(`m:${name}`) });
      counts.set(body.stateMachineVersionArn, (counts.get(body.stateMachineVersionArn) ?? 0) + 1);
    }
    // Eight standard deviations: never by chance.
    expect(Math.abs((counts.get(`${stateMachineArn}:2`) ?? 0) - 60)).toBeLessThan(56);
    await send("UpdateStateMachineAlias", {
      stateMachineAliasArn: `${stateMachineArn}:canary`,
      routingConfiguration: routes([2, 100], [1, 0]),
    });
    const { body } = await send("StartExecution", { stateMachineArn: `${stateMachineArn}:canary`, name: "after" });
    const after = await send("DescribeExecution", { executionArn: body.executionArn });
    expect(after.body.stateMachineVersionArn).toBe(`${stateMachineArn}:2`);
  });

  test("a list of a version is searched past what belongs to others", async () => {
    const start = async (arn: string, name: string): Promise<unknown> =>
      await send("StartExecution", { stateMachineArn: arn, name });
    await start(`${stateMachineArn}:1`, "wanted");
    await world.run(1);
    for (let index = 0; index < 30; index++) await start(stateMachineArn, `other${index}`);
    const asked = { stateMachineArn: `${stateMachineArn}:1`, maxResults: 1 };
    const short = await send("ListExecutions", asked);
    expect(short.body).toMatchObject({ executions: [], nextToken: expect.any(String) });
    const next = await send("ListExecutions", { ...asked, nextToken: short.body.nextToken });
    expect(next.body.executions).toMatchObject([{ name: "wanted" }]);
  });
});

describe("aliases", () => {
  const stateMachineAliasArn = `${stateMachineArn}:live`;

  test("create again, update, describe, delete", async () => {
    await publishTwo();
    await alias("live", [1, 100]);
    expect((await alias("live", [1, 100])).status).toBe(200);
    expect(refusal(await alias("live", [2, 100]))).toMatch(/^ConflictException: Failed to create alias because/);
    await world.run(1000);
    const updated = await send("UpdateStateMachineAlias", { stateMachineAliasArn, description: "d" });
    const again = await send("UpdateStateMachineAlias", { stateMachineAliasArn, description: "d" });
    const { body } = await send("DescribeStateMachineAlias", { stateMachineAliasArn });
    const { creationDate, updateDate } = body;
    expect(body).toMatchObject({ name: "live", description: "d", routingConfiguration: routes([1, 100]) });
    expect([updateDate - creationDate, updated.body.updateDate, again.body.updateDate]).toEqual([
      1,
      updateDate,
      updateDate,
    ]);
    expect((await send("DescribeStateMachine", { stateMachineArn: stateMachineAliasArn })).body.definition).toBe(pass);
    for (let times = 0; times < 2; times++)
      expect((await send("DeleteStateMachineAlias", { stateMachineAliasArn })).body).toEqual({});
    expect(refusal(await send("DescribeStateMachineAlias", { stateMachineAliasArn }))).toMatch(/^ResourceNotFound: /);
    expect(refusal(await send("StartExecution", { stateMachineArn: stateMachineAliasArn }))).toBe(
      `StateMachineDoesNotExist: State Machine Does Not Exist: '${stateMachineAliasArn}'`,
    );
  });

  test("lists by page, and those of one version", async () => {
    await publishTwo();
    for (const [name, version] of [
      ["c", 1],
      ["a", 1],
      ["b", 2],
    ] as const)
      await alias(name, [version, 100]);
    const listed = async (input: object): Promise<[string[], string]> => {
      const { body } = await send("ListStateMachineAliases", input);
      const arns = body.stateMachineAliases.map((one: { stateMachineAliasArn: string }) => one.stateMachineAliasArn);
      return [arns.map((arn: string) => arn.split(":").at(-1)), body.nextToken];
    };
    const [first, nextToken] = await listed({ stateMachineArn, maxResults: 2 });
    const [rest, end] = await listed({ stateMachineArn, maxResults: 2, nextToken });
    expect([first, rest, end]).toEqual([["a", "b"], ["c"], undefined]);
    expect(await listed({ stateMachineArn: `${stateMachineArn}:1` })).toEqual([["a", "c"], undefined]);
  });

  test("a version with an alias stays", async () => {
    await alias("live", [1, 100]);
    await alias("spare", [1, 100]);
    const deletion = await send("DeleteStateMachineVersion", { stateMachineVersionArn: `${stateMachineArn}:1` });
    expect(refusal(deletion)).toBe(
      "ConflictException: Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [live, spare]",
    );
  });

  test("at most 100", async () => {
    for (let index = 0; index < 100; index++) expect((await alias(`a${index}`, [1, 100])).status).toBe(200);
    expect(refusal(await alias("more", [1, 100]))).toMatch(/^ServiceQuotaExceededException: /);
  });

  test.each<[string, readonly (readonly [number, number])[], string]>([
    [
      "weights",
      [
        [1, 60],
        [2, 50],
      ],
      "Sum of routing configuration weights must equal 100. Received: [60, 50]",
    ],
    [
      "one version twice",
      [
        [1, 50],
        [1, 50],
      ],
      `Routing configuration must contain distinct state machine version ARNs. Received: [${stateMachineArn}:1, ${stateMachineArn}:1]`,
    ],
    [
      "three",
      [
        [1, 50],
        [2, 50],
        [3, 0],
      ],
      "1 validation error detected: Value at 'routingConfiguration' failed to satisfy constraint: Member must have length less than or equal to 2",
    ],
    [
      "none",
      [],
      "1 validation error detected: Value at 'routingConfiguration' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
  ])("refused: %s", async (_, weights, message) => {
    await publishTwo();
    expect(refusal(await alias("live", ...weights))).toBe(`ValidationException: ${message}`);
  });

  test("refusals of which the service's model has the reason tell it", async () => {
    await publishTwo();
    const stateMachineAliasArn = `${stateMachineArn}:live`;
    await alias("live", [1, 100]);
    const reasons = [
      await alias("other", [1, 60], [2, 50]),
      await alias("other", [1, 50], [1, 50]),
      await send("UpdateStateMachineAlias", { stateMachineAliasArn }),
      await send("StartExecution", { stateMachineArn: `${stateMachineArn}/Each` }),
      await send("CreateStateMachine", { name: "n", definition: pass, roleArn: role, versionDescription: "d" }),
    ].map(({ body }) => [body.message.slice(0, 10), body.reason]);
    expect(reasons).toEqual([
      ["Sum of rou", "INVALID_ROUTING_CONFIGURATION"],
      ["Routing co", "INVALID_ROUTING_CONFIGURATION"],
      ["Either the", "MISSING_REQUIRED_PARAMETER"],
      ["'arn:aws:s", "API_DOES_NOT_SUPPORT_LABELED_ARNS"],
      ["Version de", undefined], // as recorded
    ]);
  });

  test("versions of two machines are refused, and versions that are not there", async () => {
    await send("CreateStateMachine", { name: "other", definition: pass, roleArn: role, publish: true });
    const [own] = routes([1, 50]);
    const foreign = { stateMachineVersionArn: `${arnOf("other")}:1`, weight: 50 };
    const mixed = await send("CreateStateMachineAlias", { name: "a", routingConfiguration: [own, foreign] });
    expect(refusal(mixed)).toMatch(/^ValidationException: .* versions of the same state machine/);
    expect(refusal(await alias("a", [9, 100]))).toBe(`ResourceNotFound: Resource not found: '${stateMachineArn}:9'`);
    expect(refusal(await alias("123", [1, 100]))).toMatch(/^ValidationException: .* regular expression pattern/);
  });
});

/** As tools that keep what is deployed equal to what is written down. */
test("what is applied twice is applied once", async () => {
  const wanted = { definition: wait, roleArn: role };
  const tags = [{ key: "stage", value: "prod" }];
  const apply = async (): Promise<void> => {
    await send("CreateStateMachine", { name: "kept", ...wanted });
    await send("UpdateStateMachine", { stateMachineArn: arnOf("kept"), ...wanted, publish: true });
    await send("TagResource", { resourceArn: arnOf("kept"), tags });
    const routingConfiguration = [{ stateMachineVersionArn: arnOf("kept:1"), weight: 100 }];
    await send("CreateStateMachineAlias", { name: "live", routingConfiguration });
    await send("UpdateStateMachineAlias", { stateMachineAliasArn: arnOf("kept:live"), routingConfiguration });
  };
  const look = async (): Promise<readonly unknown[]> =>
    await Promise.all([
      send("DescribeStateMachine", { stateMachineArn: arnOf("kept") }),
      send("DescribeStateMachine", { stateMachineArn: arnOf("kept:1") }),
      send("ListStateMachineVersions", { stateMachineArn: arnOf("kept") }),
      send("DescribeStateMachineAlias", { stateMachineAliasArn: arnOf("kept:live") }),
      send("ListTagsForResource", { resourceArn: arnOf("kept") }),
    ]).then((answers) => answers.map(({ status, body }) => ({ status, body })));
  await apply();
  const once = await look();
  expect(once).toMatchObject(Array.from({ length: 5 }, () => ({ status: 200 })));
  await world.run(1000);
  await apply();
  expect(await look()).toEqual(once);
  await send("DeleteStateMachine", { stateMachineArn: arnOf("kept") });
  await send("DeleteStateMachine", { stateMachineArn: arnOf("kept") });
  expect(await look()).toMatchObject(Array.from({ length: 5 }, () => ({ status: 400 })));
});
