/** What EventBridge puts into the queues that the targets of rules and schedules are. */
import type { Json, JsonObject } from "./assembly.ts";
import { type Deployment, ofType } from "./deploy.ts";
import { list, object, text } from "./intrinsics.ts";

export interface Transformer {
  readonly InputPathsMap: Readonly<Record<string, string>>;
  readonly InputTemplate: string;
}

/** A value within quotes stands there as it is, any other as JSON. */
export function transformed({ InputPathsMap, InputTemplate }: Transformer, event: JsonObject): string {
  const valueAt = (name: string): Json | undefined => {
    const members = (InputPathsMap[name] ?? "").split(".").slice(1);
    return members.reduce<Json | undefined>((value, member) => object(value)[member], event);
  };
  return InputTemplate.replace(/(?<!")<([\w-]+)>/g, (_, name) => JSON.stringify(valueAt(name))).replace(
    /<([\w-]+)>/g,
    (_, name) => text(valueAt(name)),
  );
}

/** Puts a text into the queue of that ARN. */
export type Send = (queueArn: string, body: string) => Promise<unknown>;

/** An event to all rules that wait for events, whatever their pattern: each target's through its input transformer. */
export async function publish({ assembly, stack }: Deployment, send: Send, event: JsonObject): Promise<void> {
  const rules = await Promise.all(ofType(assembly, "AWS::Events::Rule").map((id) => stack.properties(id)));
  const waiting = rules.filter((rule) => rule["EventPattern"] !== undefined);
  for (const target of waiting.flatMap((rule) => list(rule["Targets"]).map(object))) {
    const { InputPathsMap, InputTemplate } = object(target["InputTransformer"]);
    const paths = Object.entries(object(InputPathsMap)).map(([name, path]) => [name, text(path)] as const);
    const transformer = { InputPathsMap: Object.fromEntries(paths), InputTemplate: text(InputTemplate) };
    await send(text(target["Arn"]), transformed(transformer, event));
  }
}

/** The time has come for all schedules of EventBridge Scheduler. */
export async function comeDue({ assembly, stack }: Deployment, send: Send, time: string): Promise<void> {
  for (const id of ofType(assembly, "AWS::Scheduler::Schedule")) {
    const { Arn, Input } = object((await stack.properties(id))["Target"]);
    await send(text(Arn), scheduled(text(Input), time));
  }
}

export function scheduled(input: string, time: string): string {
  return input.replaceAll("<aws.scheduler.scheduled-time>", time);
}
