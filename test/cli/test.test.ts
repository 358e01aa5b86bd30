/** `baton test`: what passes, what does not and in which words, what was reached, and that a misspelt test fails. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { baton, folderOf } from "./baton.ts";

const invoke = (name: string, more: object): object => ({
  Type: "Task",
  Resource: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
  ...more,
});

const machine = {
  StartAt: "Charge",
  States: {
    Charge: invoke("charge", {
      Retry: [{ ErrorEquals: ["Busy"], IntervalSeconds: 2, MaxAttempts: 3, BackoffRate: 2 }],
      Catch: [{ ErrorEquals: ["Declined"], Next: "Refuse" }],
      ResultPath: "$.charge",
      Next: "Pause",
    }),
    Pause: { Type: "Wait", Seconds: 2592000, Next: "Ship" },
    Ship: invoke("ship", { ResultPath: "$.parcel", End: true }),
    Refuse: { Type: "Fail", Error: "NotPaid", Cause: "the card was declined" },
  },
};

const good = `
machine: shop.asl.json
mockConfig: MockConfigFile.json
tests:
  - name: happy path, after a month
    input: {order: 1}
    mocks:
      Charge: [{error: Busy}, {error: Busy}, {result: {payment: p1}}]
      Ship: {result: parcel-1}
    expect:
      output: {order: 1, charge: {payment: p1}, parcel: parcel-1}
      path: [Charge, Pause, Ship]
      seconds: 2592006
  - case: Declined
    expect: {error: NotPaid, cause: declined, path: [Charge, Refuse]}
`;

const mockConfig = {
  StateMachines: { shop: { TestCases: { Declined: { Charge: "MockedDeclined" } } } },
  MockedResponses: { MockedDeclined: { "0": { Throw: { Error: "Declined", Cause: "no money" } } } },
};

const broken = `
machine: shop.asl.json
mockConfig: BrokenMockFile.json
tests:
  - case: Nothing
  - case: Unknown
  - name: it goes on with the next
    mocks: {Charge: {error: Declined}}
    expect: {error: NotPaid}
`;

const brokenMockFile = {
  StateMachines: { shop: { TestCases: { Nothing: { Charge: "Empty" }, Unknown: { Charge: "Nowhere" } } }, other: null },
  MockedResponses: { Empty: { "0": {} } },
};

/** Each item's task is asked for on its own. */
const items = {
  StartAt: "Each",
  States: {
    Each: {
      Type: "Map",
      ItemProcessor: {
        StartAt: "Reserve",
        States: {
          Reserve: invoke("reserve", {
            Retry: [{ ErrorEquals: ["Gone"], MaxAttempts: 2, IntervalSeconds: 1 }],
            End: true,
          }),
        },
      },
      End: true,
    },
  },
};

const itemTest = `
machine: items.asl.json
tests:
  - name: one answer for every attempt of one item
    input: [1, 2]
    mocks: {Reserve: {error: Gone, iteration: [[Each, 0]]}}
    expect: {error: States.Runtime, cause: "iteration 1 of 'Each'"}
`;

const itemsMockConfig = {
  StateMachines: { items: { TestCases: { SecondFails: { Reserve: "OnceThenGone" } } } },
  MockedResponses: { OnceThenGone: { "0": { Return: "held" }, "1-3": { Throw: { Error: "Gone", Cause: "sold" } } } },
};

const itemsCaseTest = `
machine: items.asl.json
mockConfig: ItemsMockFile.json
tests:
  - {case: SecondFails, input: [1, 2], expect: {error: Gone, cause: sold}}
`;

const bad = `
machine: shop.asl.json
tests:
  - name: wrong in every way
    mocks: {Charge: {result: 1}, Ship: {result: {a: 1, b: 2}}}
    expect: {status: FAILED, output: {}, outputHas: {parcel: {b: 3}}, error: E, path: [Ship], seconds: 1}
  - name: has what is asked for
    mocks: {Charge: {result: 1}, Ship: {result: {a: 1, b: [{c: 1}]}}}
    expect: {outputHas: {parcel: {b: [{}]}}}
  - name: <nothing> is mocked
`;

const folder = folderOf({
  "shop.asl.json": machine,
  "MockConfigFile.json": mockConfig,
  "good.test.yaml": good,
  "bad.test.yaml": bad,
  "BrokenMockFile.json": brokenMockFile,
  "mock-file.test.yaml": broken,
  "items.asl.json": items,
  "items.test.yaml": itemTest,
  "ItemsMockFile.json": itemsMockConfig,
  "items-case.test.yaml": itemsCaseTest,
  "typo.test.yaml": "machine: shop.asl.json\ntests:\n  - {name: a, expct: {}}\n",
  "status.test.yaml": "machine: shop.asl.json\ntests:\n  - {name: a, expect: {status: DONE}}\n",
  "mock.test.yaml": "machine: shop.asl.json\ntests:\n  - {name: a, mocks: {Charge: {reslt: 1}}}\n",
  "nothing.test.yaml": "tests: []\n",
  "case.test.yaml": "machine: shop.asl.json\ntests:\n  - {case: Declined}\n",
  "broken.test.yaml": "machine: [\n",
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);

test("a month and two retries pass in a moment; what was not reached is named", async () => {
  const { code, out } = await baton("test", file("good.test.yaml"));
  expect(out).toMatch(/✔ happy path, after a month +\d+ ms {3}\(2 retries, 30 d 0 h virtual\)/);
  expect(out).toMatch(/✔ Declined +\d+ ms/);
  expect(out).toContain("coverage  shop: 4/4 states · 2/2 transitions · 1/1 catchers\n2 passed, 0 failed\n");
  expect(code).toBe(0);
});

test("each difference is a line, and the exit code 1", async () => {
  const { code, out } = await baton("test", file("bad.test.yaml"));
  expect(out).toContain("status: expected FAILED, got SUCCEEDED\n");
  expect(out).toContain('output has: expected {"parcel":{"b":3}}, got {"charge":1,"parcel":{"a":1,"b":2}}\n');
  expect(out).toContain("error: expected E, got nothing\n");
  expect(out).toContain('path: expected ["Ship"], got ["Charge","Pause","Ship"]\n');
  expect(out).toContain("seconds: expected 1, got 2592000\n");
  expect(out).toContain("✔ has what is asked for");
  expect(out).toMatch(
    /✖ <nothing> is mocked[\s\S]*status: expected SUCCEEDED, got FAILED \(States\.Runtime: No mocked response/,
  );
  expect(out).toContain("not reached: Refuse, Charge ⇢ Refuse\n1 passed, 2 failed\n");
  expect(code).toBe(1);
});

test("what cannot be run is a test that fails, and the others go on", async () => {
  const { code, out, err } = await baton("test", file("mock-file.test.yaml"));
  expect(out).toMatch(/✖ Nothing .*\n +attempt 0 of 'Empty' in the mock configuration has neither Return nor Throw\n/);
  expect(out).toMatch(/✖ Unknown .*\n +the mock configuration has no response 'Nowhere'\n/);
  expect(out).toMatch(/✔ it goes on with the next/);
  expect([code, err]).toEqual([1, ""]);
});

test("an answer for every attempt is that of the iteration it names", async () => {
  const { out } = await baton("test", file("items.test.yaml"));
  expect(out).toMatch(/✔ one answer for every attempt of one item/);
});

test("entries of a mock file are for the calls of all items, as in Step Functions Local", async () => {
  const { out } = await baton("test", file("items-case.test.yaml"));
  expect(out).toMatch(/✔ SecondFails .*\(2 retries/);
});

test.each([
  ["{result: 1, after: 5s}", "after is a number of milliseconds"],
  ["{result: 1, after: -1}", "after is a number of milliseconds"],
  [
    "{result: 1, iteration: 0}",
    'iteration is a list of Map states and numbers from 0, innermost first: [["Each order", 2]]',
  ],
  ["{result: 1, iteration: [Each, 0]}", "iteration is a list of Map states"],
  ["{error: 404}", "error is a text"],
  ["{error: E, cause: {a: 1}}", "cause is a text"],
  ["{timeout: false}", "timeout is true, or left out"],
  ["{unresolved: nobody}", "unresolved is true, or left out"],
  ["{result: 1, workerName: 3}", "workerName is a text"],
])("the mock %s is refused: %s", async (mock, says) => {
  const name = "form.test.yaml";
  writeFileSync(file(name), `machine: shop.asl.json\ntests:\n  - {name: a, mocks: {Charge: [${mock}]}}\n`);
  const { code, err } = await baton("test", file(name));
  expect(err).toContain(`${name}, test 1: the mock of Charge: ${says}`);
  expect(code).toBe(1);
});

describe("for machines", () => {
  test("JUnit, with what is hostile to XML written as text", async () => {
    const xml = file("junit.xml");
    await baton("test", file("bad.test.yaml"), file("good.test.yaml"), "--junit", xml);
    const written = readFileSync(xml, "utf8");
    expect(written).toContain('<testsuites name="baton test" tests="5" failures="2" errors="0"');
    expect(written).toContain('name="&lt;nothing&gt; is mocked"');
    expect(written.match(/<failure /g)).toHaveLength(2);
  });

  test("--json, and coverage over several files of one machine", async () => {
    const { out } = await baton("test", file("bad.test.yaml"), file("good.test.yaml"), "--json");
    const { tests, coverage } = JSON.parse(out);
    expect(tests.map(({ passed }: { passed: boolean }) => passed)).toEqual([false, true, false, true, true]);
    expect(coverage.shop.states).toEqual({ total: 4, missed: [] });
  });

  test.each([
    [["--coverage", "100"], 0, ""],
    [["--coverage", "101"], 1, "a percentage is a number from 0 to 100"],
  ] as const)("%j: exit code %i", async (options, expected, said) => {
    const { code, err } = await baton("test", file("good.test.yaml"), ...options);
    expect(code).toBe(expected);
    expect(err).toContain(said);
  });
});

test.each([
  ["typo.test.yaml", /typo\.test\.yaml, test 1 has 'expct'; known are: name, input, mocks, case, expect/],
  ["status.test.yaml", /the status 'DONE' is none of SUCCEEDED, FAILED/],
  ["mock.test.yaml", /the mock of Charge has 'reslt'; known are: result/],
  ["nothing.test.yaml", /names no machine/],
  ["case.test.yaml", /names the case 'Declined', but the file has no mockConfig/],
  ["broken.test.yaml", /is neither YAML nor JSON/],
  ["missing.test.yaml", /there is no file or folder/],
])("%s is refused in words", async (name, words) => {
  const { code, err } = await baton("test", file(name));
  expect(err).toMatch(words);
  expect(code).toBe(1);
});
