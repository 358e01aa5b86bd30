/**
 * What an access key allows: a role, and the names that it is limited to. Which role an operation needs stands
 * in `permissions.ts`.
 */
import { compileWildcards } from "../asl/evaluate/string-matches.ts";
import type { Access, AccessKey, Chance, Role } from "../engine/ports.ts";
import type { Call } from "./operation.ts";

/** From least to most; each includes what stands before it. */
export const roles = ["read", "start", "operate", "admin"] as const satisfies readonly Role[];

export function hasRole(access: Access, role: Role): boolean {
  return roles.indexOf(access.role) >= roles.indexOf(role);
}

export function covers({ machines }: Access, name: string): boolean {
  return machines === undefined || machines.some((pattern) => compileWildcards(pattern)(name));
}

/** Whether a list may show the machine or activity to its caller. */
export function mayList({ access }: Call, name: string): boolean {
  return access === undefined || covers(access, name);
}

/** As long as AWS's: an id of 20 letters and digits that says whose it is, a secret of 240 random bits. */
export function newAccessKey(limits: Omit<Access, "accessKeyId">, chance: Chance): AccessKey {
  return {
    accessKeyId: `BATON${chance.hex(8).slice(0, 15).toUpperCase()}`,
    secretAccessKey: Buffer.from(chance.hex(30), "hex").toString("base64url"),
    ...limits,
  };
}
