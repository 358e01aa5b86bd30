/** YAML by the package `yaml`, loaded when a file calls for it: most commands never do, and it takes a while. */
import { createRequire } from "node:module";
import type * as Yaml from "yaml";
import { Failure } from "./failure.ts";

let loaded: typeof Yaml | undefined;

/** Plain JSON is YAML, too; what is wrong with the text stands in the document's `errors`. */
export function parseYaml(text: string): Yaml.Document.Parsed {
  return yaml().parseDocument(text);
}

/**
 * What a document says that has no errors. What its aliases stand for is only looked for now: one may have no anchor,
 * and aliases of aliases may be more than memory holds. `wrong` begins the sentence for that: `FILE is not YAML`.
 */
export function plainOf(document: Yaml.Document, wrong: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    if (error instanceof ReferenceError) throw new Failure(`${wrong}: ${error.message}`);
    throw error;
  }
}

/** Each scalar of the document, to be changed in place. */
export function visitScalars(document: Yaml.Document, visit: (scalar: Yaml.Scalar) => void): void {
  yaml().visit(document, { Scalar: (_key, scalar) => visit(scalar) });
}

/** What a document says, as JSON has it. */
export type YamlNode = string | number | boolean | null | readonly YamlNode[] | { readonly [name: string]: YamlNode };

/** CloudFormation's short forms are written out: `!GetAtt A.Arn` is `{"Fn::GetAtt": "A.Arn"}`. `wrong` as above. */
export function templateIn(document: Yaml.Document, wrong: string): YamlNode {
  const { visit, YAMLMap } = yaml();
  visit(document, {
    Value: (_key, node) => {
      const [, name] = /^!(\w+)$/.exec(node.tag ?? "") ?? [];
      if (name === undefined) return undefined;
      delete node.tag;
      const written = new YAMLMap(document.schema);
      written.add(document.createPair(name === "Ref" || name === "Condition" ? name : `Fn::${name}`, node));
      return written;
    },
  });
  return plainOf(document, wrong) as YamlNode; // plain YAML is nothing else
}

function yaml(): typeof Yaml {
  loaded ??= createRequire(import.meta.url)("yaml") as typeof Yaml;
  return loaded;
}
