/** Random ids in the form the service gives them. */
import type { Chance } from "../engine/ports.ts";

export function uuid(chance: Chance): string {
  return chance.hex(16).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-a$4-$5");
}
