/**
 * The service's own description of its API, as botocore carries it: test data from PyPI, fetched with the AWS CLI
 * that the tests use anyway and never part of this repository.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { awsCli } from "../servers/python.ts";

export interface ModelShape {
  readonly type:
    | "structure"
    | "string"
    | "integer"
    | "long"
    | "float"
    | "double"
    | "boolean"
    | "list"
    | "timestamp"
    | "map";
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
  readonly key?: { readonly shape: string };
  readonly value?: { readonly shape: string };
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly sensitive?: boolean;
}

export interface Model {
  readonly operations: Readonly<
    Record<
      string,
      {
        readonly input: { readonly shape: string };
        readonly output?: { readonly shape: string };
        readonly errors?: readonly { readonly shape: string }[];
      }
    >
  >;
  readonly shapes: Readonly<Record<string, ModelShape>>;
}

/** Rejects with a sentence where there is no Python to fetch it with. */
export async function serviceModel(): Promise<Model> {
  const { python } = await awsCli();
  const libraries = join(python, "..", "..", "lib");
  const [version = ""] = await readdir(libraries);
  const folder = join(libraries, version, "site-packages", "botocore", "data", "stepfunctions", "2016-11-23");
  return JSON.parse(gunzipSync(await readFile(join(folder, "service-2.json.gz"))).toString());
}

export function shapeNamed({ shapes }: Model, name: string): ModelShape {
  const shape = shapes[name];
  if (!shape) throw new Error(`the model has no shape ${name}`);
  return shape;
}
