/** How rows are called, in the trace and in the terms; and what stands in them, in few letters. */
import type { SegmentRecord } from "../../engine/ports.ts";
import { fnv } from "./prng.ts";

export function keyText({ execution, branch, seq }: Pick<SegmentRecord, "execution" | "branch" | "seq">): string {
  return `${execution}${branch}#${seq}`;
}

export function print(body: string): string {
  return fnv(body, 0x811c9dc5).toString(36);
}
