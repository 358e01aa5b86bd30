/**
 * The template's IAM policies, asked as IAM would: allowed is what a statement of the function's role allows.
 * Statements here only allow, name actions in full, and end a resource in `*` at most; another one is an error.
 */
import type { Need } from "./actions.ts";
import type { Json, JsonObject } from "./assembly.ts";
import { list, object, text } from "./intrinsics.ts";

interface Statement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** By the name of the role. */
export type Policies = ReadonlyMap<string, readonly Statement[]>;

export function readPolicies(policies: readonly JsonObject[]): Policies {
  const byRole = new Map<string, Statement[]>();
  for (const { PolicyDocument, Roles } of policies) {
    const statements = list(object(PolicyDocument)["Statement"]).map(statementOf);
    for (const role of list(Roles)) byRole.set(text(role), [...(byRole.get(text(role)) ?? []), ...statements]);
  }
  return byRole;
}

function statementOf(statement: Json): Statement {
  const { Effect, Action, Resource, Condition } = object(statement);
  if (Effect !== "Allow" || Condition !== undefined) throw new Error(`not understood: ${JSON.stringify(statement)}`);
  return { actions: several(Action), resources: several(Resource) };
}

function several(value: Json | undefined): readonly string[] {
  return typeof value === "string" ? [value] : list(value).map(text);
}

export function allows(policies: Policies, role: string, { action, resource }: Need): boolean {
  const statements = policies.get(role) ?? [];
  return statements.some(
    ({ actions, resources }) => actions.includes(action) && resources.some((pattern) => covers(pattern, resource)),
  );
}

function covers(pattern: string, resource: string): boolean {
  return pattern.endsWith("*") ? resource.startsWith(pattern.slice(0, -1)) : resource === pattern;
}
