/** YAML by the package `yaml`, loaded when a file calls for it: most commands never do, and it takes a while. */
import { createRequire } from "node:module";
import type * as Yaml from "yaml";

let loaded: typeof Yaml | undefined;

/** Plain JSON is YAML, too; what is wrong with the text stands in the document's `errors`. */
export function parseYaml(text: string): Yaml.Document.Parsed {
  return yaml().parseDocument(text);
}

/** Each scalar of the document, to be changed in place. */
export function visitScalars(document: Yaml.Document, visit: (scalar: Yaml.Scalar) => void): void {
  yaml().visit(document, { Scalar: (_key, scalar) => visit(scalar) });
}

/** What a document says, as JSON has it. */
export type YamlNode = string | number | boolean | null | readonly YamlNode[] | { readonly [name: string]: YamlNode };

/** CloudFormation's short forms are written out: `!GetAtt A.Arn` is `{"Fn::GetAtt": "A.Arn"}`. */
export function templateIn(document: Yaml.Document): YamlNode {
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
  return document.toJS();
}

function yaml(): typeof Yaml {
  loaded ??= createRequire(import.meta.url)("yaml") as typeof Yaml;
  return loaded;
}
