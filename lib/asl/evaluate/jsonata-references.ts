/**
 * What a JSONata expression refers to, read off its syntax tree: workflow variables, parts of `$states`,
 * and what the service refuses, as an expression there has no context item: bare names at the top level
 * and `$$`.
 */
import type { References } from "./references.ts";

/** A node as the package makes it; its own type is incomplete, and only what is read here matters. */
interface SyntaxNode {
  readonly type: string;
  readonly value?: unknown;
  readonly [part: string]: unknown;
}

export interface ExpressionReferences extends References {
  /** Parts of `$states` that may be read; `undefined`: any of them. */
  readonly states: ReadonlySet<string> | undefined;
}

export function referencesOf(tree: object): ExpressionReferences {
  const nodes = allNodes(tree);
  const paths = nodes.filter((node) => node.type === "path").map(stepsOf);
  const followed = new Set(paths.flatMap(([first]) => (first !== undefined && isPlain(first) ? [first] : [])));
  const whole = nodes.some((node) => isStates(node) && !followed.has(node));
  const statesPaths = paths.filter(([first]) => isStates(first)).map((steps) => steps.slice(1).map(nameOf));
  return {
    variables: workflowVariables(nodes),
    executionInput: whole || statesPaths.some((names) => mayBe(names, ["context", "Execution", "Input"])),
    states: whole ? undefined : membersOf(statesPaths),
  };
}

/** The first thing in it that the service does not support, in its words. */
export function unsupportedReference(tree: object): string | undefined {
  if (allNodes(tree).some((node) => node.type === "variable" && node.value === "$")) {
    return "Reference to '$$' is not supported.";
  }
  const name = isNode(tree) ? topLevelName(tree) : undefined;
  return name === undefined ? undefined : `Reference to '${name}' at the top level is not supported.`;
}

/**
 * `a ?? b` and `a ?: b` are the package's, not the service's, whose JSONata is 2.0.6: there the second character is no
 * operand. Both repeat their left side, so that condition and result stand at one place of the text.
 */
export function unknownOperator(tree: object): string | undefined {
  const repeated = allNodes(tree).find(
    ({ type, condition, then }) => type === "condition" && isNode(then) && beginning(condition) === beginning(then),
  );
  if (repeated === undefined) return undefined;
  const condition = repeated["condition"];
  const asksWhetherItExists = isNode(condition) && condition.type === "function" && isPlaceless(condition["procedure"]);
  return `The symbol "${asksWhetherItExists ? "?" : ":"}" cannot be used as a unary operator`;
}

function beginning(part: unknown): number {
  const nodes = typeof part === "object" && part !== null ? allNodes(part) : [];
  return nodes.reduce(
    (first, { position }) => (typeof position === "number" ? Math.min(first, position) : first),
    1 / 0,
  );
}

function isPlaceless(node: unknown): boolean {
  return isNode(node) && node["position"] === undefined;
}

/** Every `$name` in it. */
export function namesIn(tree: object): ReadonlySet<unknown> {
  return new Set(allNodes(tree).flatMap((node) => (node.type === "variable" ? [node.value] : [])));
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** Every node of the tree, itself first. Nodes may refer back to one another, so each is met once. */
function allNodes(tree: object): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const met = new Set<object>();
  const waiting: unknown[] = [tree];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== "object" || next === null || met.has(next) || next instanceof RegExp) continue;
    met.add(next);
    if (isNode(next)) found.push(next);
    waiting.push(...Object.values(next).reverse());
  }
  return found;
}

function stepsOf(node: SyntaxNode): readonly SyntaxNode[] {
  return Array.isArray(node["steps"]) ? node["steps"].filter(isNode) : [];
}

function isStates(node: SyntaxNode | undefined): boolean {
  return node?.type === "variable" && node.value === "states";
}

/** Without `[…]` behind it. */
function isPlain(step: SyntaxNode): boolean {
  return step["predicate"] === undefined && step["stages"] === undefined;
}

function nameOf(step: SyntaxNode): string | undefined {
  return step.type === "name" && typeof step.value === "string" ? step.value : undefined;
}

function mayBe(names: readonly (string | undefined)[], wanted: readonly string[]): boolean {
  return wanted.every(
    (want, position) => names.length <= position || names[position] === undefined || names[position] === want,
  );
}

function membersOf(paths: readonly (readonly (string | undefined)[])[]): ReadonlySet<string> | undefined {
  const members = paths.map(([member]) => member);
  return members.every((member) => member !== undefined) ? new Set(members) : undefined;
}

/** Variables that are neither bound in the expression nor functions of the language. */
function workflowVariables(nodes: readonly SyntaxNode[]): readonly string[] {
  const bound = new Set(nodes.flatMap(boundNames));
  const called = new Set(nodes.map((node) => node["procedure"]).filter(isNode));
  const names = nodes.flatMap((node) => {
    if (node.type !== "variable" || typeof node.value !== "string") return [];
    return node.value === "" || node.value === "states" || bound.has(node.value) || isLanguage(node, called)
      ? []
      : [node.value];
  });
  return [...new Set(names)];
}

function isLanguage(node: SyntaxNode, called: ReadonlySet<SyntaxNode>): boolean {
  return called.has(node) || functionNames.has(String(node.value));
}

/** `$x := …`, `function($x)`, `#$i` and `@$x`. */
function boundNames(node: SyntaxNode): readonly string[] {
  if (node.type === "bind") return variableNames([node["lhs"]]);
  if (node.type === "lambda" && Array.isArray(node["arguments"])) return variableNames(node["arguments"]);
  return [node["index"], node["focus"]].filter((name) => typeof name === "string");
}

function variableNames(nodes: readonly unknown[]): readonly string[] {
  return nodes.flatMap((node) => (isNode(node) && typeof node.value === "string" ? [node.value] : []));
}

/**
 * A name, `*`, `**` or `$` that is read from the context item where there is none. Later steps, predicates,
 * sort terms and groups have one; the body of a function has that of the expression around it.
 */
function topLevelName(node: SyntaxNode): string | undefined {
  switch (node.type) {
    case "name":
    case "wildcard":
      return String(node.value);
    case "descendant":
      return "**";
    case "variable":
      return node.value === "" ? "$" : undefined;
    case "path": {
      const [first] = stepsOf(node);
      return first && topLevelName(first);
    }
    case "transform":
      return undefined;
    default:
      return firstOf(partsWithSameContext(node));
  }
}

function firstOf(nodes: readonly SyntaxNode[]): string | undefined {
  for (const node of nodes) {
    const name = topLevelName(node);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** A predicate, the stages and the group of a step see its items, not what is around it. */
const withOwnContext = new Set(["predicate", "stages", "group", "ancestor", "slot"]);

function partsWithSameContext(node: SyntaxNode): readonly SyntaxNode[] {
  const isLambda = node.type === "lambda";
  const entries = Object.entries(node).filter(
    ([part]) => !withOwnContext.has(part) && !(isLambda && part === "arguments"),
  );
  return entries.flatMap(([, value]) => nodesIn(value));
}

function nodesIn(value: unknown): readonly SyntaxNode[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  return isNode(value) && value.type !== "operator" ? [value] : [];
}

/** What a `$name` may mean besides a variable. */
const functionNames: ReadonlySet<string> = new Set(
  (
    "sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad " +
    "match contains replace split join formatNumber formatBase formatInteger parseInteger number floor ceil round " +
    "abs sqrt power random boolean not map zip filter single reduce sift keys lookup append exists spread merge " +
    "reverse each error assert type sort shuffle distinct base64encode base64decode encodeUrlComponent encodeUrl " +
    "decodeUrlComponent decodeUrl eval toMillis fromMillis clone now millis partition range hash uuid parse"
  ).split(" "),
);
