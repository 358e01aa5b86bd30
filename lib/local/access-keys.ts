/** Where the keys for the API of a folder are kept; they may be changed while a server has the folder. */
import { join } from "node:path";
import { localAccessKeys } from "../adapters/local/access-keys.ts";
import type { AccessKeys } from "../engine/ports.ts";

export function accessKeysOf(folder: string): AccessKeys {
  return localAccessKeys(join(folder, "access-keys"));
}
