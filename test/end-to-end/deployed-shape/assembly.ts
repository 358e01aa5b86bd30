/**
 * What `cdk synth` wrote: the template's resources and outputs, and the folder of each asset. Nothing here
 * is changed; the runner works on what would be deployed.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export interface TemplateResource {
  readonly id: string;
  readonly type: string;
  readonly properties: JsonObject;
}

export interface Assembly {
  readonly stackName: string;
  readonly resources: ReadonlyMap<string, TemplateResource>;
  readonly outputs: ReadonlyMap<string, Json>;
  /** The folder that is zipped and uploaded under that key. */
  assetFolder(s3Key: string): string;
}

interface Manifest {
  readonly artifacts: Readonly<
    Record<string, { readonly properties?: { readonly templateFile?: string; readonly file?: string } }>
  >;
}

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: JsonObject }>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: Json }>>;
}

interface AssetManifest {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path: string };
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
      }
    >
  >;
}

export function readAssembly(folder: string, stackName = "Baton"): Assembly {
  const read = <T>(file: string): T => JSON.parse(readFileSync(join(folder, file), "utf8"));
  const { artifacts } = read<Manifest>("manifest.json");
  const templateFile = artifacts[stackName]?.properties?.templateFile;
  const assetsFile = artifacts[`${stackName}.assets`]?.properties?.file;
  if (templateFile === undefined || assetsFile === undefined) {
    throw new Error(`${folder} holds no stack ${stackName}; 'npx cdk synth' writes one`);
  }
  const template = read<Template>(templateFile);
  const folders = foldersByKey(read<AssetManifest>(assetsFile));
  return {
    stackName,
    resources: new Map(
      Object.entries(template.Resources).map(([id, { Type, Properties }]) => [
        id,
        { id, type: Type, properties: Properties ?? {} },
      ]),
    ),
    outputs: new Map(Object.entries(template.Outputs ?? {}).map(([name, { Value }]) => [name, Value])),
    assetFolder(s3Key) {
      const path = folders.get(s3Key);
      if (path === undefined) throw new Error(`the assembly has no asset ${s3Key}`);
      return join(folder, path);
    },
  };
}

function foldersByKey(manifest: AssetManifest): Map<string, string> {
  const files = Object.values(manifest.files);
  return new Map(
    files.flatMap(({ source, destinations }) => Object.values(destinations).map((to) => [to.objectKey, source.path])),
  );
}
