/**
 * Who may call what: every operation of the service with keys of every role, not limited to names, limited to
 * names that cover the machine, and to others. What is expected stands here a second time, by hand.
 */
import { describe, expect, test } from "vitest";
import { roles } from "../../lib/api/access.ts";
import { createHandler } from "../../lib/api/handler.ts";
import { isOperation, operations } from "../../lib/api/operations.ts";
import { permissions } from "../../lib/api/permissions.ts";
import { routes } from "../../lib/api/routes.ts";
import type { Access, Role } from "../../lib/engine/ports.ts";
import { memoryWorld } from "./memory-world.ts";
import { type Answered, arnOf, callback, pass, refusal, rest, role, wire } from "./requests.ts";
import { mayCall, requestsByRole } from "./requests-by-role.ts";

const world = memoryWorld({ activityPollMilliseconds: 0 });
const { engine } = world;
const anybody = createHandler(engine, { authentication: "none" });

const stateMachineArn = arnOf("orders-eu");

await wire(anybody, "CreateActivity", { name: "orders-pack" });
await wire(anybody, "CreateStateMachine", { name: "orders-eu", definition: callback, roleArn: role, publish: true });
await wire(anybody, "CreateStateMachine", { name: "bills", definition: pass, roleArn: role });
await wire(anybody, "StartExecution", { stateMachineArn, name: "one" });
world.taskResult = { kind: "submitted", output: "{}" };
await world.run();
const taskToken: string = JSON.parse(world.calls[0] ?? "{}").Payload.token;

const requests = requestsByRole({ account: "000000000000", taskToken });
const names = Object.keys(requests) as (keyof typeof requests)[];

/** To no name, to names of which one covers the machine, to other names. */
const limits = { none: undefined, covering: ["bills", "orders-*"], other: ["orders", "order", "*-us", "bills"] };
type Limit = keyof typeof limits;

function handlerFor(access: Omit<Access, "accessKeyId">) {
  const caller = { accessKeyId: "K", account: "000000000000", region: "us-east-1" };
  return createHandler(engine, {
    authentication: async () => ({ ...caller, access: { accessKeyId: "K", ...access } }),
  });
}

function handlerWith(role: Role, limit: Limit) {
  const machines = limits[limit];
  return handlerFor({ role, ...(machines && { machines }) });
}

function isDenied(answered: Answered): boolean {
  return answered.headers.get("x-amzn-errortype") === "AccessDeniedException";
}

function expected(name: keyof typeof requests, given: Role, limit: Limit): boolean {
  return mayCall(requests, name, given, limit);
}

test("every operation of the service has its row, here and there, and those of our own", () => {
  const own = [
    "CountExecutions",
    "DescribeExecutionOrigin",
    "ListFunctionLines",
    "ListOpenTasks",
    "ListStateMachinesWithTags",
    "SearchExecutions",
    "SummarizeExecutions",
  ];
  expect(names.filter((name) => !own.includes(name))).toHaveLength(37);
  expect(Object.keys(permissions)).toEqual(names);
  expect(Object.keys(operations).filter((name) => !names.includes(name as (typeof names)[number]))).toEqual([]);
});

describe.each(roles)("role %s", (given) => {
  describe.each(Object.keys(limits) as Limit[])("limited to names: %s", (limit) => {
    const handler = handlerWith(given, limit);

    test.each(names.filter(isOperation))("%s", async (name) => {
      const answered = await wire(handler, name, requests[name][1]);
      expect(isDenied(answered)).toBe(!expected(name, given, limit));
      expect(answered.status).toBeLessThan(500);
    });

    test.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))("%s", async (_, route) => {
      const path = route.path
        .replace("{name}", "orders-eu")
        .replace("{execution}", "one")
        .replace("{label}", "Each")
        .replace("{run}", "one")
        .replace("{token}", taskToken);
      const body = { name: "orders-eu", definition: JSON.parse(callback), output: {}, ...requests[route.operation][1] };
      const answered = await rest(handler, `${route.method} ${path}`, route.body && body);
      expect(isDenied(answered)).toBe(!expected(route.operation, given, limit));
      expect(answered.status === 403).toBe(isDenied(answered));
    });
  });
});

describe("the service's words", () => {
  test.each<[keyof typeof operations, object, string]>([
    ["StartExecution", { stateMachineArn }, stateMachineArn],
    ["SendTaskSuccess", { taskToken, output: "{}" }, "*"],
    ["ListStateMachines", {}, ""],
  ])("%s", async (name, input, resource) => {
    const answered = await wire(handlerWith("read", "none"), name, input);
    expect(refusal(answered)).toBe(
      resource === ""
        ? "200"
        : `AccessDeniedException: User: arn:aws:iam::000000000000:user/K is not authorized to perform: states:${name} on resource: ${resource} because no identity-based policy allows the states:${name} action`,
    );
    expect(answered.status).toBe(resource === "" ? 200 : 400);
  });
});

describe("keys for some names", () => {
  const limited = handlerWith("admin", "covering");

  test("lists show those only", async () => {
    for (const name of ["payroll", "orders-eu"]) // the matrix has deleted one of them
      await wire(anybody, "CreateStateMachine", { name, definition: pass, roleArn: role });
    await wire(anybody, "CreateActivity", { name: "pay" });
    const { body } = await wire(limited, "ListStateMachines", {});
    expect(body.stateMachines.map(({ name }: { name: string }) => name)).toEqual(["bills", "orders-eu"]);
    expect((await wire(limited, "ListActivities", {})).body.activities).toMatchObject([{ name: "orders-pack" }]);
  });

  test("searches look into those only", async () => {
    const { body } = await rest(limited, "GET /executions?search=one");
    expect(body.executions).toMatchObject([{ name: "one" }]);
    await wire(anybody, "CreateStateMachine", { name: "payroll", definition: pass, roleArn: role });
    expect((await rest(limited, "GET /executions?machine=payroll")).status).toBe(404);
  });

  test.each<[string, keyof typeof operations, unknown]>([
    ["no ARN at all", "DescribeStateMachine", {}],
    ["an ARN that is none", "DescribeStateMachine", { stateMachineArn: "orders-eu" }],
    ["an ARN of another type", "DescribeStateMachine", { stateMachineArn: ["orders-eu"] }],
    ["another's name", "CreateStateMachine", { name: "payroll", definition: pass, roleArn: role }],
    [
      "one version of another's",
      "CreateStateMachineAlias",
      {
        name: "live",
        routingConfiguration: [
          { stateMachineVersionArn: `${stateMachineArn}:1`, weight: 50 },
          { stateMachineVersionArn: `${arnOf("payroll")}:1`, weight: 50 },
        ],
      },
    ],
    ["a name in the prototype", "DescribeStateMachine", '{"__proto__":{"stateMachineArn":"x"}}'],
    ["no object", "DescribeStateMachine", "null"],
  ])("refused: %s", async (_, name, input) => {
    expect(isDenied(await wire(limited, name, input))).toBe(true);
  });

  test("a token of nobody's is no secret to keep: the operation says what it is", async () => {
    const answered = await wire(limited, "SendTaskHeartbeat", { taskToken: "forged" });
    expect(refusal(answered)).toMatch(/^InvalidToken: /);
  });

  test.each([
    ["*", "anything", true],
    ["a*c", "abc", true],
    ["a*c", "abcd", false],
    ["A", "a", false],
    ["a.c", "abc", false],
    ["a?c", "abc", false],
  ])("'%s' and the machine %s: %s", async (pattern, machine, covered) => {
    const handler = handlerFor({ role: "read", machines: [pattern] });
    expect(isDenied(await wire(handler, "DescribeStateMachine", { stateMachineArn: arnOf(machine) }))).toBe(!covered);
  });
});
