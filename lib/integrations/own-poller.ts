/**
 * `.sync` for any SDK call: a state that names such a Resource gives, beside the call's parameters, a poller that
 * tells how to wait for what the call began. Step Functions has no such thing, so no plain definition looks like it.
 *
 *     "Resource": "arn:aws:states:::aws-sdk:rds:startExportTask.sync",
 *     "Parameters": {
 *       "Call": { … },
 *       "Poll": {
 *         "Action": "describeExportTasks", "Parameters": { "ExportTaskIdentifier": "$.Answer.ExportTaskIdentifier" },
 *         "Status": "$.ExportTasks[0].Status", "Succeeded": ["COMPLETE"], "Failed": ["FAILED", "CANCELED"],
 *         "Result": "$.ExportTasks[0]",
 *         "Stop": { "Action": "cancelExportTask", "Parameters": { "ExportTaskIdentifier": "$.Answer.ExportTaskIdentifier" } }
 *       }
 *     }
 */
import type { JsonText } from "../asl/json.ts";
import { membersOf } from "./json-text.ts";
import { type Ask, isPlace, type Json, type Poller } from "./poller.ts";

export interface PolledCall {
  /** Parameters of the call itself. */
  readonly call: JsonText;
  readonly poller: Poller;
}

/** What was given, or what is wrong with it. */
export function polledCall(parameters: JsonText): PolledCall | string {
  const members = membersOf(parameters);
  const call = members?.get("Call");
  const poll = members?.get("Poll");
  if (call === undefined || poll === undefined || members?.size !== 2) {
    return "The parameters of a '.sync' call of the SDK must be 'Call' (the call's own parameters) and 'Poll' (how to wait for its end).";
  }
  const poller = pollerOf(JSON.parse(poll));
  return typeof poller === "string" ? poller : { call, poller };
}

function pollerOf(value: Json): Poller | string {
  const given: Readonly<Record<string, Json>> = isObject(value) ? value : {};
  const { Status: status, Succeeded: succeeded, Failed: failed, Result: result, Stop: stop } = given;
  const unknown = Object.keys(given).find((name) => !known.has(name));
  if (unknown !== undefined) return `'Poll' has the field '${unknown}', which is none of ${[...known].join(", ")}.`;
  const describe = askIn(given);
  if (describe === undefined) return "'Poll' must have a string 'Action' and may have an object 'Parameters'.";
  if (typeof status !== "string" || !isPlace(status))
    return "'Poll' must have a 'Status' of the form '$.Jobs[0].Status'.";
  if (!isTexts(succeeded) || !isTexts(failed))
    return "'Poll' must have 'Succeeded' and 'Failed', each a list of statuses.";
  const stopping = stop === undefined ? undefined : askIn(isObject(stop) ? stop : {});
  if (stop !== undefined && stopping === undefined)
    return "'Stop' must have a string 'Action' and may have an object 'Parameters'.";
  return {
    describe,
    status,
    succeeded,
    failed,
    ...(result !== undefined && { result }),
    ...(stopping && { stop: stopping }),
  };
}

const known = new Set(["Action", "Parameters", "Status", "Succeeded", "Failed", "Result", "Stop"]);

function askIn({ Action: action, Parameters: parameters = {} }: Readonly<Record<string, Json>>): Ask | undefined {
  return typeof action === "string" && isObject(parameters) ? { action, parameters } : undefined;
}

function isObject(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: Json | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
