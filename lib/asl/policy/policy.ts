/**
 * The least that a machine has to be allowed, read from its definition: which actions on which resources, and
 * which states need them. It reads what is written; a resource that only a running execution knows is
 * widened as little as possible and said so. What each integration needs is `needs`.
 */
import { isObject, type JsonObject, property, type Value } from "../json.ts";
import { readResource } from "../states/resource.ts";
import { writtenStates } from "../validate/walk.ts";
import { bucketNeeds } from "./files.ts";
import { type Given, type Home, type Need, needsOf } from "./needs.ts";

export type { Home } from "./needs.ts";

export interface Statement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

export interface Policy {
  readonly statements: readonly Statement[];
  /** In sentences: what was widened, and what nobody can know from a definition. */
  readonly notes: readonly string[];
}

export function policyOf(definition: Value, home: Home): Policy {
  const needs = writtenStates(definition).flatMap(({ name, state, language }) => {
    const given: Given = { home, parameters: parametersOf(state), isJsonata: language === "JSONata" };
    return needsOfState(state, given).map((need) => ({ ...need, state: name }));
  });
  const notes = needs.flatMap(({ state, note }) => (note === undefined ? [] : [`${state}: ${note}`]));
  return { statements: merged(needs), notes: [...new Set(notes)] };
}

/** Of it, what its Distributed Maps read and write: that is not done under the role that tasks are called under. */
export function mapPolicyOf(definition: Value, home: Home): Policy {
  const needs = writtenStates(definition).flatMap(({ state, language }) =>
    property(state, "Type") === "Map"
      ? bucketNeeds(state, { home, parameters: parametersOf(state), isJsonata: language === "JSONata" })
      : [],
  );
  return { statements: merged(needs), notes: [] };
}

/** As IAM takes it. */
export function policyDocument({ statements }: Policy): object {
  return {
    Version: "2012-10-17",
    Statement: statements.map(({ actions, resources }) => ({ Effect: "Allow", Action: actions, Resource: resources })),
  };
}

function needsOfState(state: JsonObject, given: Given): readonly Need[] {
  const type = property(state, "Type");
  if (type === "Map") return bucketNeeds(state, given);
  const written = property(state, "Resource");
  if (type !== "Task" || typeof written !== "string") return [];
  const needs = needsOf(readResource(written), given);
  return [...needs, ...assumedRole(state)];
}

function assumedRole(state: JsonObject): readonly Need[] {
  const credentials = property(state, "Credentials");
  if (!isObject(credentials)) return [];
  const role = property(credentials, "RoleArn");
  const isLiteral = typeof role === "string" && !role.startsWith("{%");
  return [
    {
      actions: ["sts:AssumeRole"],
      resources: [isLiteral ? role : "*"],
      ...(isLiteral ? {} : { note: "the role to assume is computed: name it in the policy yourself" }),
    },
  ];
}

function parametersOf(state: JsonObject): JsonObject {
  const given = property(state, "Parameters") ?? property(state, "Arguments");
  return isObject(given) ? given : {};
}

/** One statement for each set of actions, in the order of their names: the same machine gives the same text. */
function merged(needs: readonly Need[]): readonly Statement[] {
  const byResource = new Map<string, Set<string>>();
  for (const { actions, resources } of needs) {
    for (const resource of resources) {
      byResource.set(resource, new Set([...(byResource.get(resource) ?? []), ...actions]));
    }
  }
  const byActions = new Map<string, { readonly actions: readonly string[]; readonly resources: string[] }>();
  for (const [resource, found] of byResource) {
    const actions = [...found].sort();
    const same = byActions.get(actions.join(" "));
    if (same === undefined) byActions.set(actions.join(" "), { actions, resources: [resource] });
    else same.resources.push(resource);
  }
  return [...byActions]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { actions, resources }]) => ({ actions, resources: resources.sort() }));
}
