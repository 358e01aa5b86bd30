/** `baton test`: what passes, what does not and in which words, what was reached, and that a misspelt test fails. */
import { readFileSync, rmSync } from "node:fs";
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
