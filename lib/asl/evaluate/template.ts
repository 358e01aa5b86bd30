/**
 * Payload templates: a JSON value in which some places are computed. JSONPath: members whose name ends in
 * `.$` hold a path or an intrinsic function. JSONata: strings `{% … %}` anywhere. Compiled once; what is
 * constant is shared by all results, so nobody may change a result in place.
 */
import type { QueryLanguage } from "../definition.ts";
import { entriesOf, isArray, isObject, setMember, type Value, writeJson } from "../json.ts";
import { unreachable } from "../unreachable.ts";
import { compileExpression, type Expression, evaluateExpression, isExpression } from "./expression.ts";
import { runtimeFailure } from "./failure.ts";
import { callIntrinsic, compileIntrinsic, type Intrinsic } from "./intrinsic.ts";
import { hashMapOrder } from "./java.ts";
import { compilePath, findOrNull, isProblem, type Path, refuseNull } from "./path.ts";
import { joinReferences, type References } from "./references.ts";
import type { EvaluationScope } from "./scope.ts";

export interface Template {
  readonly language: QueryLanguage;
  readonly root: Node;
  readonly references: References;
}

type Node =
  | { readonly kind: "constant"; readonly value: Value }
  | { readonly kind: "object"; readonly members: readonly (readonly [string, Node])[] }
  | { readonly kind: "array"; readonly items: readonly Node[] }
  /** `field`: the member's name as written, for the cause. */
  | { readonly kind: "path"; readonly path: Path; readonly field: string }
  | { readonly kind: "intrinsic"; readonly intrinsic: Intrinsic; readonly field: string }
  | { readonly kind: "expression"; readonly expression: Expression };

interface TemplateProblem {
  /** Where inside the template: "/a/0/b.$"; "" is the template itself. */
  readonly path: string;
  readonly message: string;
  readonly value: string;
  /** AWS's diagnostic code, where it is not SCHEMA_VALIDATION_FAILED. */
  readonly code?: "INVALID_JSONATA_EXPRESSION" | "UNSUPPORTED_JSONATA_EXPRESSION";
}

export type CompiledTemplate =
  | { readonly kind: "template"; readonly template: Template }
  | { readonly kind: "problems"; readonly problems: readonly TemplateProblem[] };

/** `field`: what AWS calls the place, "Output", "Assign/x", "Choices[1]/Output". */
export function compileTemplate(value: Value, language: QueryLanguage, field: string): CompiledTemplate {
  const compiler = new Compiler();
  const root = language === "JSONata" ? compiler.jsonata(value, field, "") : compiler.jsonPath(value, "");
  return compiler.result(language, root);
}

/** A path or an intrinsic function standing by itself (`ErrorPath`, `CausePath`). */
export function compileQuery(source: string, field: string): CompiledTemplate {
  const compiler = new Compiler();
  return compiler.result("JSONPath", compiler.query(source, field, ""));
}

/** A plain value for every JSONPath template, and for a JSONata one without expressions. */
export function evaluateTemplate(template: Template, scope: EvaluationScope): Value | Promise<Value> {
  return template.language === "JSONPath" ? fill(template.root, scope) : fillLater(template.root, scope);
}

class Compiler {
  readonly #problems: TemplateProblem[] = [];
  readonly #references: References[] = [];

  result(language: QueryLanguage, root: Node): CompiledTemplate {
    if (this.#problems.length > 0) return { kind: "problems", problems: this.#problems };
    return { kind: "template", template: { language, root, references: joinReferences(this.#references) } };
  }

  jsonPath(value: Value, path: string): Node {
    if (isArray(value)) return arrayOf(value.map((item, index) => this.jsonPath(item, `${path}/${index}`)));
    if (!isObject(value)) return { kind: "constant", value };
    const fixed: (readonly [string, Node])[] = [];
    const computed: (readonly [string, Node])[] = [];
    for (const [key, member] of entriesOf(value)) {
      const memberPath = `${path}/${pointerToken(key)}`;
      if (key.endsWith(".$")) computed.push([key.slice(0, -2), this.query(member, key, memberPath)]);
      else fixed.push([key, this.jsonPath(member, memberPath)]);
    }
    // The service puts what it computes behind what stands there, in the order of a Java HashMap.
    return objectOfNodes([...fixed, ...hashMapOrder(computed)]);
  }

  query(source: Value, field: string, path: string): Node {
    if (typeof source === "string" && source.startsWith("$")) {
      const compiled = compilePath(source);
      if (isProblem(compiled)) return this.#problem(path, field, source);
      this.#references.push(compiled.references);
      return { kind: "path", path: compiled, field };
    }
    const intrinsic = typeof source === "string" ? compileIntrinsic(source) : undefined;
    if (intrinsic === undefined || isProblem(intrinsic)) return this.#problem(path, field, source);
    this.#references.push(intrinsic.references);
    return { kind: "intrinsic", intrinsic, field };
  }

  jsonata(value: Value, field: string, path: string): Node {
    if (typeof value === "string" && isExpression(value)) return this.#expression(value, field, path);
    if (isArray(value)) {
      return arrayOf(value.map((item, index) => this.jsonata(item, `${field}[${index}]`, `${path}/${index}`)));
    }
    if (!isObject(value)) return { kind: "constant", value };
    return objectOfNodes(
      entriesOf(value).map(
        ([key, member]) => [key, this.jsonata(member, `${field}/${key}`, `${path}/${pointerToken(key)}`)] as const,
      ),
    );
  }

  #expression(text: string, field: string, path: string): Node {
    const compiled = compileExpression(text, field);
    if ("kind" in compiled) {
      this.#problems.push({ path, message: compiled.message, value: text, code: compiled.code });
      return { kind: "constant", value: null };
    }
    this.#references.push(compiled.references);
    return { kind: "expression", expression: compiled };
  }

  #problem(path: string, field: string, source: Value): Node {
    const message = `The value for the field '${field}' must be a valid JSONPath or a valid intrinsic function call`;
    this.#problems.push({ path, message, value: typeof source === "string" ? source : writeJson(source) });
    return { kind: "constant", value: null };
  }
}

function pointerToken(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

function arrayOf(items: readonly Node[]): Node {
  const constants = items.flatMap((item) => (item.kind === "constant" ? [item.value] : []));
  return constants.length === items.length ? { kind: "constant", value: constants } : { kind: "array", items };
}

function objectOfNodes(members: readonly (readonly [string, Node])[]): Node {
  if (!members.every(([, node]) => node.kind === "constant")) return { kind: "object", members };
  const value: Record<string, Value> = {};
  for (const [key, node] of members) if (node.kind === "constant") setMember(value, key, node.value);
  return { kind: "constant", value };
}

function fill(node: Node, scope: EvaluationScope): Value {
  switch (node.kind) {
    case "constant":
      return node.value;
    case "path":
      return readField(node.path, node.field, scope);
    case "intrinsic":
      return callIntrinsic(node.intrinsic, scope);
    case "object": {
      const object: Record<string, Value> = {};
      for (const [key, member] of node.members) setMember(object, key, fill(member, scope));
      return object;
    }
    case "array":
      return node.items.map((item) => fill(item, scope));
    case "expression":
      throw new Error(`JSONata in a JSONPath template: ${node.expression.source}`);
    default:
      return unreachable(node);
  }
}

function readField(path: Path, field: string, scope: EvaluationScope): Value {
  refuseNull(path, scope);
  const value = findOrNull(path, scope);
  if (value !== undefined) return value;
  // What users of the service see of '$$.…': the context object is the input that is meant.
  const searched = path.root.kind === "context" ? scope.context() : scope.input;
  throw runtimeFailure(
    `The JSONPath '${path.source}' specified for the field '${field}' could not be found in the input '${writeJson(searched)}'`,
  );
}

function fillLater(node: Node, scope: EvaluationScope): Value | Promise<Value> {
  switch (node.kind) {
    case "expression":
      return evaluateExpression(node.expression, scope);
    case "object":
      return fillMembers(node.members, scope);
    case "array":
      return fillItems(node.items, scope);
    default:
      return fill(node, scope);
  }
}

// One after the other: the first failure in the order of the text is the one that is told.

async function fillMembers(members: readonly (readonly [string, Node])[], scope: EvaluationScope): Promise<Value> {
  const object: Record<string, Value> = {};
  for (const [key, member] of members) setMember(object, key, await fillLater(member, scope));
  return object;
}

async function fillItems(items: readonly Node[], scope: EvaluationScope): Promise<Value> {
  const values: Value[] = [];
  for (const item of items) values.push(await fillLater(item, scope));
  return values;
}
