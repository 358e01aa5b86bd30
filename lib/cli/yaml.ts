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

function yaml(): typeof Yaml {
  loaded ??= createRequire(import.meta.url)("yaml") as typeof Yaml;
  return loaded;
}
