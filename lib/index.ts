/**
 * What the package offers to programs: the language (parse, simulate) and Baton in one process. The CDK
 * construct is `baton-states/cdk`.
 */
export { type AwsHistoryEvent, mergeHistory, type SegmentEvents } from "./asl/history.ts";
export { type Parsed, parseDefinition, parseDefinitionText } from "./asl/parse.ts";
export type { Problem, ProblemCode } from "./asl/problem.ts";
export {
  type MockConfig,
  type MockedAttempt,
  mocksFromConfig,
  type Responder,
  type Simulated,
  type SimulateOptions,
  simulate,
  type TaskMocks,
} from "./asl/simulate.ts";
export { testState } from "./asl/test-state.ts";
export { type LocalBaton, type LocalOptions, startLocal } from "./local/baton.ts";
