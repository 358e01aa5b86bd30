/**
 * Loads a client package of the AWS SDK when the first call needs it: from the project in whose folder Baton was
 * started, else from where Baton itself is installed, which on Lambda includes the runtime's own SDK. Not
 * bundled, so that every service can be called and none has to be shipped.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { isMissingPackage } from "../sdk-call.ts";
import type { Schema } from "./schema.ts";

/** The part of a client package that is used here; each of them has it. */
export interface Sdk {
  readonly client: new (settings: object) => SdkClient;
  /** `getobject` → GetObjectCommand. */
  readonly commands: ReadonlyMap<string, new (input: object) => SdkCommand>;
}

export interface SdkClient {
  send(command: SdkCommand, options: { readonly abortSignal: AbortSignal }): Promise<SdkOutput>;
  readonly config: { readonly serviceId: string };
}

export interface SdkCommand {
  /** Absent in packages of before the SDK described its operations. */
  readonly schema?: Schema;
  readonly middlewareStack: { add(middleware: unknown, options: object): void };
}

export interface SdkOutput {
  readonly $metadata: { readonly httpStatusCode?: number; readonly requestId?: string };
}

/** Throws the error of `require` where the package is not installed. */
export function loadSdk(packageName: string): Sdk {
  const loaded = requireFirst(packageName, [join(process.cwd(), "package.json"), import.meta.url]);
  const commands = new Map<string, new (input: object) => SdkCommand>();
  let client: (new (settings: object) => SdkClient) | undefined;
  for (const [name, value] of Object.entries(loaded)) {
    if (typeof value !== "function") continue;
    // A package is read as what it is known to hold: there are too many to have their types.
    if (name.endsWith("Command")) commands.set(lower(name), value as new (input: object) => SdkCommand);
    else if (/^[A-Z]\w*Client$/.test(name)) client = value as new (settings: object) => SdkClient;
  }
  if (client === undefined) throw new Error(`the package ${packageName} has no client`);
  return { client, commands };
}

function lower(command: string): string {
  return command.slice(0, -"Command".length).toLowerCase();
}

function requireFirst(packageName: string, places: readonly string[]): object {
  let missing: unknown;
  for (const place of places) {
    try {
      return createRequire(place)(packageName);
    } catch (error) {
      if (!isMissingPackage(error, packageName)) throw error;
      missing = error;
    }
  }
  throw missing;
}
