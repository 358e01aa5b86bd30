/** How a child execution ended, as the state that waits for it sees it: the service's DescribeExecution. */
import type { Signal } from "../asl/transition.ts";
import { describeExecution } from "./describe.ts";
import type { Engine } from "./engine.ts";
import { executionArn, executionName, machineArn } from "./identity.ts";
import type { ExecutionId } from "./ports.ts";
import { whyNotRedrivable } from "./redrive.ts";
import type { Segment } from "./segment.ts";

/** However it ended, its failure is a States.TaskFailed here: a child's States.Timeout is not the parent's. */
export async function childResult(engine: Engine, head: Segment, child: ExecutionId): Promise<Signal | undefined> {
  const { doing } = head.position;
  const described = await describeExecution(engine, child);
  if (doing.kind !== "working" || !described || described.summary.status === "RUNNING") return undefined;
  const { summary, input, output } = described;
  const { redrives } = summary;
  const succeeded = summary.status === "SUCCEEDED";
  const reason = whyNotRedrivable(engine, summary);
  // `.sync:2` has payloads as JSON, which go in as they stand: number texts survive.
  const payload = (json: string): string => (doing.call.resource.endsWith(".sync:2") ? json : JSON.stringify(json));
  const members: readonly (readonly [string, string | undefined])[] = [
    ["Cause", quoted(summary.cause)],
    ["Error", quoted(summary.error)],
    ["ExecutionArn", quoted(executionArn(child))],
    ["Input", payload(input)],
    ["InputDetails", '{"Included":true}'],
    ["Name", quoted(summary.name)],
    ["Output", output === undefined ? undefined : payload(output)],
    ["OutputDetails", output === undefined ? undefined : '{"Included":true}'],
    ["RedriveCount", String(redrives?.count ?? 0)],
    ["RedriveDate", redrives && String(redrives.at)],
    ["RedriveStatus", quoted(reason === undefined ? "REDRIVABLE" : "NOT_REDRIVABLE")],
    ["RedriveStatusReason", quoted(reason)],
    ["StartDate", String(summary.startedAt)],
    ["StateMachineArn", quoted(machineArn(executionName(child), summary.machine))],
    ["Status", quoted(summary.status)],
    ["StopDate", String(summary.stoppedAt)],
  ];
  const written = members.flatMap(([name, value]) => (value === undefined ? [] : [`"${name}":${value}`]));
  const text = `{${written.join(",")}}`;
  if (succeeded) return { kind: "succeeded", output: text };
  return { kind: "failed", failure: { error: "States.TaskFailed", cause: text } };
}

function quoted(text: string | undefined): string | undefined {
  return text === undefined ? undefined : JSON.stringify(text);
}
