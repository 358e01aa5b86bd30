/**
 * A file of tests as it is written, in YAML or JSON: a machine, and for each test an input, what tasks answer,
 * and what is expected. Everything in it is checked here, so that a misspelt word fails and does not pass unseen.
 */
import { dirname, join } from "node:path";
import type { MockConfig, MockedAttempt } from "../../asl/simulate/mocks.ts";
import { Failure } from "../failure.ts";
import { readText } from "../options.ts";
import { parseYaml, plainOf } from "../yaml.ts";

export interface TestFile {
  readonly file: string;
  /** The definition's file. */
  readonly machine: string;
  readonly substitute: Readonly<Record<string, string>>;
  readonly tests: readonly MachineTest[];
}

export interface MachineTest {
  readonly name: string;
  readonly input: unknown;
  /** By state: one answer for every attempt, or one for each in turn. */
  readonly mocks: Readonly<Record<string, MockedAttempt | readonly MockedAttempt[]>>;
  /** A test case of a Step Functions Local mock file; `mocks` comes before it. */
  readonly mockCase?: { readonly config: MockConfig; readonly machine: string; readonly testCase: string };
  readonly expected: Expected;
}

export interface Expected {
  readonly status: Status;
  /** Equal to it, apart from the order of members. */
  readonly output?: unknown;
  /** Has at least these members, with these values. */
  readonly outputHas?: unknown;
  readonly error?: string;
  /** A part of it. */
  readonly cause?: string;
  /** The states in the order in which they are entered. */
  readonly path?: readonly string[];
  /** In virtual time. */
  readonly seconds?: number;
}

const statuses = ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "RUNNING"] as const;
export type Status = (typeof statuses)[number];

type Members = Readonly<Record<string, unknown>>;

export function readTestFile(file: string): TestFile {
  const given = membersOf(readYaml(file), file, ["machine", "substitute", "mockConfig", "tests"]);
  const beside = (name: string): string => join(dirname(file), name);
  const machine = textIn(given, "machine", file);
  if (machine === undefined) throw new Failure(`${file} names no machine; write machine: ../machines/NAME.asl.yaml`);
  const config = textIn(given, "mockConfig", file);
  if (!Array.isArray(given["tests"])) throw new Failure(`${file} has no list of tests`);
  const read = config === undefined ? undefined : readMockConfig(beside(config));
  return {
    file,
    machine: beside(machine),
    substitute: textsIn(given["substitute"] ?? {}, `${file}: substitute`),
    tests: given["tests"].map((test, index) => readTest(test, `${file}, test ${index + 1}`, read)),
  };
}

function readYaml(file: string): unknown {
  const document = parseYaml(readText(file));
  const [problem] = document.errors;
  const wrong = `${file} is neither YAML nor JSON`;
  if (problem) throw new Failure(`${wrong}: ${problem.message}`);
  return plainOf(document, wrong);
}

const testMembers = ["name", "input", "mocks", "case", "expect"];

function readTest(written: unknown, place: string, config: MockConfig | undefined): MachineTest {
  const given = membersOf(written, place, testMembers);
  const name = textIn(given, "name", place) ?? textIn(given, "case", place);
  if (name === undefined) throw new Failure(`${place} has no name`);
  const testCase = textIn(given, "case", place);
  return {
    name,
    input: given["input"] ?? {},
    mocks: readMocks(given["mocks"] ?? {}, place),
    ...(testCase === undefined ? {} : { mockCase: mockCase(config, testCase, place) }),
    expected: readExpected(given["expect"] ?? {}, `${place} (${name})`),
  };
}

interface Form {
  readonly says: string;
  readonly fits: (value: unknown) => boolean;
}

const text: Form = { says: "a text", fits: (value) => typeof value === "string" };
const yes: Form = { says: "true, or left out", fits: (value) => value === true };
const anything: Form = { says: "a value", fits: () => true };

const mockForms: Readonly<Record<string, Form>> = {
  result: anything,
  payload: anything,
  error: text,
  cause: text,
  timeout: yes,
  unresolved: yes,
  submitted: anything,
  workerName: text,
  iteration: {
    says: 'a list of Map states and numbers from 0, innermost first: [["Each order", 2]]',
    fits: (value) => Array.isArray(value) && value.every(isPlace),
  },
  after: { says: "a number of milliseconds", fits: (value) => typeof value === "number" && value >= 0 },
};

function isPlace(value: unknown): boolean {
  const [map, index] = Array.isArray(value) && value.length === 2 ? value : [];
  return typeof map === "string" && Number.isInteger(index) && index >= 0;
}

function readMocks(written: unknown, place: string): MachineTest["mocks"] {
  const mocks = membersOf(written, `${place}: mocks`);
  return Object.fromEntries(
    Object.entries(mocks).map(([state, mock]) => {
      const at = `${place}: the mock of ${state}`;
      return [state, Array.isArray(mock) ? mock.map((one) => readMock(one, at)) : readMock(mock, at)];
    }),
  );
}

function readMock(written: unknown, place: string): MockedAttempt {
  const mock = membersOf(written, place, Object.keys(mockForms));
  for (const [name, { says, fits }] of Object.entries(mockForms)) {
    if (mock[name] !== undefined && !fits(mock[name])) throw new Failure(`${place}: ${name} is ${says}`);
  }
  const kinds = ["result", "error", "timeout", "unresolved"].filter((kind) => mock[kind] !== undefined);
  if (kinds.length !== 1) throw new Failure(`${place} needs one of result, error, timeout: true, unresolved: true`);
  // Its members were checked; what a result holds is the test's own.
  return mock as unknown as MockedAttempt;
}

function mockCase(
  config: MockConfig | undefined,
  testCase: string,
  place: string,
): NonNullable<MachineTest["mockCase"]> {
  if (config === undefined) throw new Failure(`${place} names the case '${testCase}', but the file has no mockConfig`);
  const found = Object.entries(config.StateMachines).filter(([, machine]: [string, unknown]) => {
    const cases = isMembers(machine) ? machine["TestCases"] : undefined;
    return isMembers(cases) && isMembers(cases[testCase]);
  });
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new Failure(`${place}: the mock file has ${found.length} test cases named '${testCase}'`);
  }
  return { config, machine: first[0], testCase };
}

function readMockConfig(file: string): MockConfig {
  const given = membersOf(readYaml(file), file);
  // One of AWS's own pages spells the second name so.
  const responses = given["MockedResponses"] ?? given["MockedResponse"];
  const config = { StateMachines: given["StateMachines"], MockedResponses: responses };
  if (!isMembers(config.StateMachines) || !isMembers(config.MockedResponses)) {
    throw new Failure(`${file} is no mock file: it needs StateMachines and MockedResponses`);
  }
  // What is inside is looked up, and missed, name by name.
  return config as unknown as MockConfig;
}

const expectedMembers = ["status", "output", "outputHas", "error", "cause", "path", "seconds"];

function readExpected(written: unknown, place: string): Expected {
  const given = membersOf(written, `${place}: expect`, expectedMembers);
  const { output, outputHas, path, seconds } = given;
  const error = textIn(given, "error", place);
  const cause = textIn(given, "cause", place);
  const status = given["status"] ?? (error === undefined ? "SUCCEEDED" : "FAILED");
  if (!isStatus(status)) throw new Failure(`${place}: the status '${status}' is none of ${statuses.join(", ")}`);
  if (path !== undefined && !isTexts(path)) throw new Failure(`${place}: path is a list of states`);
  if (seconds !== undefined && typeof seconds !== "number") throw new Failure(`${place}: seconds is a number`);
  return {
    status,
    ...(output === undefined ? {} : { output }),
    ...(outputHas === undefined ? {} : { outputHas }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
    ...(path === undefined ? {} : { path }),
    ...(seconds === undefined ? {} : { seconds }),
  };
}

function isStatus(value: unknown): value is Status {
  return statuses.some((status) => status === value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function membersOf(value: unknown, place: string, known?: readonly string[]): Members {
  if (!isMembers(value)) throw new Failure(`${place} is not a set of named values`);
  const strange = known && Object.keys(value).find((name) => !known.includes(name));
  if (strange !== undefined) throw new Failure(`${place} has '${strange}'; known are: ${known?.join(", ")}`);
  return value;
}

function textIn(members: Members, name: string, place: string): string | undefined {
  const value = members[name];
  if (value === undefined || typeof value === "string") return value;
  throw new Failure(`${place}: ${name} is a text`);
}

function textsIn(value: unknown, place: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(membersOf(value, place)).map(([name, text]) => [name, String(text)]));
}
