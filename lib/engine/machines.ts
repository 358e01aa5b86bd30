/** Definitions by hash: an execution keeps the one it started with, whatever its machine is updated to. */
import { definitionName, type Engine } from "./engine.ts";
import { hashOf } from "./identity.ts";

/** Stores the text (again, if it is there already) and answers its hash. */
export async function saveDefinition(engine: Engine, text: string): Promise<string> {
  const hash = hashOf(text);
  await engine.world.blobs.put(definitionName(hash), text);
  return hash;
}

export async function definitionText(engine: Engine, hash: string): Promise<string> {
  const text = await engine.world.blobs.get(definitionName(hash));
  if (text === undefined) throw new Error(`no definition ${hash} is stored`);
  return text;
}
