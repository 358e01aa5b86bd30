/**
 * The context object, `$$` and `$states.context`: what an execution may know about itself. Members stand
 * in the service's order. The two that are payloads are parsed only when somebody looks at them.
 */
import type { StateType } from "../definition.ts";
import type { JsonObject, JsonText, Value } from "../json.ts";
import type { MapItem, Position } from "../position.ts";
import type { ExecutionContext, Moment } from "../transition.ts";
import { readPayload } from "./read-payload.ts";
import { writeTimestamp } from "./timestamp.ts";

interface ContextOptions {
  /** An attempt is being claimed, so that there is a `$$.Task.Token`. */
  readonly taskToken?: boolean;
  /** `$$.State.RetryCount` is there only in states that can retry (recorded on AWS). */
  readonly stateType?: StateType;
}

export function contextObject(position: Position, moment: Moment, options: ContextOptions = {}): Value {
  const { stateMachine } = moment.execution;
  return {
    Execution: execution(moment.execution),
    StateMachine: { Id: stateMachine.id, Name: stateMachine.name },
    State: state(position, moment, options.stateType),
    ...(position.item === undefined ? {} : { Map: { Item: mapItem(position.item) } }),
    ...(options.taskToken === true ? { Task: { Token: moment.taskToken() } } : {}),
  };
}

function execution({ id, input, startTime, name, roleArn, redriveCount, redriveTime }: ExecutionContext): JsonObject {
  const all: JsonObject = {
    Id: id,
    Input: null,
    StartTime: writeTimestamp(startTime),
    Name: name,
    RoleArn: roleArn,
    RedriveCount: redriveCount,
    ...(redriveTime === undefined ? {} : { RedriveTime: writeTimestamp(redriveTime) }),
  };
  if (input !== undefined) return parsedOnDemand(all, "Input", input);
  const { Input: _, ...others } = all;
  return others;
}

function state(position: Position, moment: Moment, type: StateType | undefined): JsonObject {
  const canRetry = type === "Task" || type === "Map" || type === "Parallel";
  return {
    Name: position.state,
    EnteredTime: writeTimestamp(position.entered?.at ?? moment.now),
    ...(canRetry ? { RetryCount: position.entered?.retryCount ?? 0 } : {}),
  };
}

function mapItem({ index, value, key, source }: MapItem): JsonObject {
  const item: JsonObject = {
    Index: index,
    Value: null,
    ...(key === undefined ? {} : { Key: key }),
    ...(source === undefined ? {} : { Source: source }),
  };
  return parsedOnDemand(item, "Value", value);
}

/** Replaces a member that is already in its place by one that is parsed when it is first read. */
function parsedOnDemand(object: JsonObject, key: string, text: JsonText): JsonObject {
  let parsed: Value | undefined;
  const get = () => {
    parsed ??= readPayload(text);
    return parsed;
  };
  return Object.defineProperty(object, key, { get, enumerable: true, configurable: true });
}
