/**
 * A TestState call as it comes, and what is wrong with it before anything runs: the definition first, then
 * whether the mock and the configuration suit the state, then the texts.
 */
import type { Definition, MapState, State } from "../definition.ts";
import { isArray, isObject, type JsonObject, JsonSyntaxError, type JsonText, parseJson, type Value } from "../json.ts";
import { syntaxProblem } from "../parse/json-syntax.ts";
import { type Parsed, parseDefinitionText, parseState } from "../parse.ts";
import type { Failure } from "../position.ts";
import { invalidDefinitionMessage } from "../problem.ts";
import { readResource } from "../states/resource.ts";
import { readContext } from "./context.ts";
import { checkMockShape, type FieldValidationMode } from "./mock-shape.ts";
import { invalid, TestRefusal } from "./refusal.ts";

export interface TestStateRequest {
  /** A state, or a whole machine together with `stateName`. */
  readonly definition: string;
  readonly stateName?: string;
  readonly input?: JsonText;
  readonly variables?: JsonText;
  readonly context?: JsonText;
  readonly roleArn?: string;
  readonly inspectionLevel?: "INFO" | "DEBUG" | "TRACE";
  readonly revealSecrets?: boolean;
  readonly mock?: {
    readonly result?: JsonText;
    readonly errorOutput?: { readonly error?: string; readonly cause?: string };
    readonly fieldValidationMode?: FieldValidationMode;
  };
  readonly stateConfiguration?: {
    readonly retrierRetryCount?: number;
    readonly errorCausedByState?: string;
    readonly mapIterationFailureCount?: number;
    readonly mapItemReaderData?: string;
  };
}

/** What the state comes to, said beforehand. */
export type Mock =
  | { readonly kind: "result"; readonly text: JsonText; readonly value: Value }
  | { readonly kind: "error"; readonly failure: Failure };

/** A call that can be run. */
export interface Test {
  readonly definition: Definition;
  readonly state: State;
  readonly input: JsonText;
  readonly variables?: JsonText;
  readonly context?: JsonObject;
  readonly roleArn?: string;
  readonly mock?: Mock;
  readonly configuration: NonNullable<TestStateRequest["stateConfiguration"]>;
}

/** Throws a TestRefusal. */
export function readRequest(request: TestStateRequest): Test {
  const { stateConfiguration: configuration = {}, roleArn, context, variables } = request;
  const definition = readDefinition(request);
  const state = definition.states.get(request.stateName ?? definition.startAt);
  if (state === undefined) throw invalid("State not found in definition");
  if (request.mock === undefined) checkWithoutMock(request, state);
  const mock = request.mock === undefined ? undefined : readMock(request, request.mock, state);
  checkConfiguration(configuration, state, definition, mock);
  return {
    definition,
    state,
    input: readInput(request.input ?? "{}"),
    ...(variables === undefined ? {} : { variables: readVariables(variables) }),
    ...(context === undefined ? {} : { context: readContext(context, state) }),
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(mock === undefined ? {} : { mock }),
    configuration,
  };
}

function readDefinition({ definition: text, stateName }: TestStateRequest): Definition {
  const parsed = stateName === undefined ? readLoneState(text) : parseDefinitionText(text);
  if (parsed.kind === "definition") return parsed.definition;
  throw new TestRefusal("InvalidDefinition", invalidDefinitionMessage(parsed.problems));
}

function readLoneState(text: string): Parsed {
  try {
    return parseState(parseJson(text));
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return parseDefinitionText(text);
  }
}

const configured = {
  mapIterationFailureCount: "MapIterationFailureCount",
  retrierRetryCount: "RetrierRetryCount",
  errorCausedByState: "ErrorCausedByState",
  mapItemReaderData: "MapItemReaderData",
} as const;

function checkWithoutMock(request: TestStateRequest, state: State): void {
  const { stateConfiguration = {}, context, roleArn } = request;
  for (const [key, name] of Object.entries(configured)) {
    if (Object.hasOwn(stateConfiguration, key)) throw needsMock(name);
  }
  if (context !== undefined) throw needsMock("Context");
  if (state.type === "Map" || state.type === "Parallel") {
    throw new TestRefusal(
      "InvalidDefinition",
      "TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]",
    );
  }
  if (state.type === "Task") checkCallable(state.resource, roleArn);
}

function needsMock(what: string): TestRefusal {
  return invalid(`TestState does not support ${what} when a mock is not specified.`);
}

function checkCallable(resource: string, roleArn: string | undefined): void {
  const { pattern } = readResource(resource);
  if (pattern === "sync" || pattern === "token") {
    throw invalid("TestState API does not support '.sync' or '.waitForTaskToken' integration patterns.");
  }
  if (pattern === "activity") throw invalid("TestState API does not support Activity tasks.");
  if (roleArn === undefined) throw invalid("RoleArn must be specified when testing a Task state");
}

function readMock(request: TestStateRequest, mock: NonNullable<TestStateRequest["mock"]>, state: State): Mock {
  if (state.type !== "Task" && state.type !== "Map" && state.type !== "Parallel") {
    throw invalid(`State type '${state.type}' is not supported when a mock is specified`);
  }
  if (request.revealSecrets === true) {
    throw invalid("TestState does not support RevealSecrets when a mock is specified.");
  }
  const { result, errorOutput, fieldValidationMode = "STRICT" } = mock;
  if (result !== undefined && errorOutput !== undefined) {
    throw invalid("A test mock should have only one of the following fields: [result, errorOutput].");
  }
  if (errorOutput !== undefined) return { kind: "error", failure: errorOutput };
  if (result === undefined) {
    throw invalid("A test mock should have one of the following fields: [result, errorOutput].");
  }
  const value = readJson(result, () => invalid("Mocked result must be valid JSON"));
  if (state.type === "Task") checkMockShape(state.resource, value, fieldValidationMode);
  if (state.type === "Map") checkMapResult(state, value);
  if (state.type === "Parallel") checkBranchResults(state.branches.length, value);
  return { kind: "result", text: result, value };
}

function checkMapResult(state: MapState, result: Value): void {
  const written = state.distributed?.resultWriter?.resource !== undefined;
  if (written && !isObject(result)) throw invalid("Mocked result must be a JSON object.");
  if (!written && !isArray(result)) throw invalid("Mocked result must be an array.");
}

function checkBranchResults(branches: number, result: Value): void {
  if (!isArray(result)) throw invalid("Mocked result must be an array.");
  if (result.length !== branches) {
    throw invalid("Mocked result must contain the same number of items as number of Parallel branches.");
  }
}

function checkConfiguration(
  configuration: Test["configuration"],
  state: State,
  definition: Definition,
  mock: Mock | undefined,
): void {
  const { errorCausedByState: culprit, mapIterationFailureCount, mapItemReaderData } = configuration;
  if (mapIterationFailureCount !== undefined && state.type !== "Map")
    throw onlyFor("MapIterationFailureCount", "a Map state");
  const reader = state.type === "Map" ? state.distributed?.itemReader : undefined;
  if (mapItemReaderData !== undefined && reader === undefined) {
    throw onlyFor("MapItemReaderData", "a Map state with an ItemReader");
  }
  if (culprit === undefined) return;
  if (mock?.kind !== "error") throw onlyFor("ErrorCausedByState", "a mock with an errorOutput");
  if (!statesWithin(state, definition).includes(culprit)) {
    throw invalid(
      `ErrorCausedByState must name a state inside the tested Map or Parallel state, which '${culprit}' is not.`,
    );
  }
}

function onlyFor(field: string, what: string): TestRefusal {
  return invalid(`TestState supports ${field} only for ${what}.`);
}

/** The names of the states inside a Map or Parallel, at any depth. */
export function statesWithin(state: State, definition: Definition): readonly string[] {
  const branches = state.type === "Map" ? [state.processor] : state.type === "Parallel" ? state.branches : [];
  return branches.flatMap((branch) =>
    branch.states.flatMap((name) => {
      const inner = definition.states.get(name);
      return inner === undefined ? [name] : [name, ...statesWithin(inner, definition)];
    }),
  );
}

function readInput(text: string): JsonText {
  if (text.trim() === "") throw invalidInput("Invalid execution input.");
  readJson(text, invalidInput);
  return text;
}

function invalidInput(why: string): TestRefusal {
  return new TestRefusal("InvalidExecutionInput", `Invalid State Machine Execution Input: '${why}'`);
}

function readVariables(text: string): JsonText {
  const refusal = (): TestRefusal => invalid("Variables must be a JSON object.");
  if (!isObject(readJson(text, refusal))) throw refusal();
  return text;
}

function readJson(text: string, refusal: (why: string) => TestRefusal): Value {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw refusal(syntaxProblem(text, error).message.replace(/\n at \[Source[\s\S]*$/, ""));
  }
}
