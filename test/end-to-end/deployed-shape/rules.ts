/** Delivers an event to the targets of a rule that waits for events, as EventBridge does: each through its input transformer. */
import type { Json, JsonObject } from "./assembly.ts";
import { type Deployment, named, ofType } from "./deploy.ts";
import type { DeployedFunction } from "./function.ts";
import { list, object, text } from "./intrinsics.ts";
import type { Invocation } from "./process.ts";

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

export async function publish(
  deployment: Deployment,
  functions: readonly DeployedFunction[],
  event: JsonObject,
): Promise<readonly Invocation[]> {
  const rules = await Promise.all(
    ofType(deployment.assembly, "AWS::Events::Rule").map((id) => deployment.stack.properties(id)),
  );
  const waiting = rules.filter((rule) => rule["EventPattern"] !== undefined);
  const targets = waiting.flatMap((rule) => list(rule["Targets"]).map(object));
  return await Promise.all(
    targets.map((target) => {
      const { InputPathsMap, InputTemplate } = object(target["InputTransformer"]);
      const paths = Object.entries(object(InputPathsMap)).map(([name, path]) => [name, text(path)] as const);
      const transformer = { InputPathsMap: Object.fromEntries(paths), InputTemplate: text(InputTemplate) };
      return named(functions, text(target["Arn"])).invoke(transformed(transformer, event));
    }),
  );
}
