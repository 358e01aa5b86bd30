/** JSON values from what somebody built in memory, which may hold anything, a circle too. */
import { depthLimit, ExactNumber, objectOf, type Value } from "../json.ts";

/** What JSON would keep of it; `undefined`: nested too deeply, or in a circle. */
export function jsonValue(source: unknown): Value | undefined {
  return valueAt(source, 0);
}

function valueAt(source: unknown, depth: number): Value | undefined {
  if (depth > depthLimit) return undefined;
  if (typeof source === "string" || typeof source === "boolean" || source instanceof ExactNumber) return source;
  if (typeof source === "number") return Number.isFinite(source) ? source : null;
  if (typeof source !== "object" || source === null) return null;
  if (Array.isArray(source)) return whole(source.map((item) => valueAt(item, depth + 1)));
  const kept = Object.entries(source).filter(([, item]) => item !== undefined);
  const items = whole(kept.map(([, item]) => valueAt(item, depth + 1)));
  return items === undefined ? undefined : objectOf(kept.map(([key], index) => [key, items[index] ?? null]));
}

function whole(items: readonly (Value | undefined)[]): readonly Value[] | undefined {
  const found = items.filter((item) => item !== undefined);
  return found.length === items.length ? found : undefined;
}
