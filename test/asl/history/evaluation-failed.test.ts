/** A failed JSONata expression belongs to the state whose it is, although its event refers to what was before that. */
import { expect, test } from "vitest";
import { visitsOf } from "../../../lib/asl/history/visits.ts";
import type { AwsHistoryEvent } from "../../../lib/asl/history.ts";

const cause = (state: string, entered: number): string =>
  `An error occurred while executing the state '${state}' (entered at the event id #${entered}). The JSONata expression '$x' …`;

function failure(state: string, entered: number): Record<string, string> {
  return { error: "States.QueryEvaluationError", cause: cause(state, entered), state, location: "Output" };
}

const enter = (id: number, previousEventId: number, name: string, type = "Pass"): AwsHistoryEvent => ({
  id,
  previousEventId,
  timestamp: id,
  type: `${type}StateEntered` as "PassStateEntered",
  stateEnteredEventDetails: { name, input: "{}" },
});
const leave = (id: number, previousEventId: number, name: string): AwsHistoryEvent => ({
  id,
  previousEventId,
  timestamp: id,
  type: "PassStateExited",
  stateExitedEventDetails: { name, output: "{}" },
});
const evaluated = (id: number, previousEventId: number, state: string, entered: number): AwsHistoryEvent => ({
  id,
  previousEventId,
  timestamp: id,
  type: "EvaluationFailed",
  evaluationFailedEventDetails: failure(state, entered),
});

test.each([
  ["the first", [enter(2, 0, "B"), evaluated(3, 0, "B", 2)], "B failed"],
  ["another", [enter(2, 0, "A"), leave(3, 2, "A"), enter(4, 3, "B"), evaluated(5, 3, "B", 4)], "A succeeded, B failed"],
  ["one that has a catcher", [enter(2, 0, "B"), evaluated(3, 0, "B", 2), leave(4, 2, "B")], "B caught"],
  ["no state that is named", [enter(2, 0, "B"), evaluated(3, 0, "Other", 7)], "B aborted"],
] as const)("%s state", (_, told, expected) => {
  const last = told.at(-1);
  const end: AwsHistoryEvent = {
    id: 9,
    previousEventId: last?.id ?? 0,
    timestamp: 9,
    type: "ExecutionAborted",
    executionAbortedEventDetails: {},
  };
  const visits = visitsOf([...told, end]);
  expect(visits.map(({ state, status }) => `${state} ${status}`).join(", ")).toBe(expected);
});

test("an item's state, and not the Map around it", () => {
  const map = enter(2, 0, "M", "Map");
  const details = { id: 0, previousEventId: 0, timestamp: 3 };
  const visits = visitsOf([
    map,
    { ...details, id: 3, previousEventId: 2, type: "MapStateStarted", mapStateStartedEventDetails: { length: 1 } },
    {
      ...details,
      id: 4,
      previousEventId: 3,
      type: "MapIterationStarted",
      mapIterationStartedEventDetails: { name: "M", index: 0 },
    },
    enter(5, 4, "B"),
    evaluated(6, 4, "B", 5),
  ]);
  expect(visits.map(({ state, error }) => `${state} ${error}`)).toEqual([
    "M undefined",
    "B States.QueryEvaluationError",
  ]);
});
