/**
 * How much an evaluation may build, and for how long it may compute. The service bounds a value at
 * 6,990,256 bytes, a number counted as eight and a character as one (measured); beyond that a whole
 * evaluation has a budget here, as values that are each allowed may still fill the memory together. Sizes
 * are of the whole tree: two shared branches at each of forty levels are small in memory, but would keep a
 * comparison busy for ever.
 */

const valueLimit = 6_990_256;
/** Of all that one evaluation builds. */
const evaluationLimit = 192 * 1024 * 1024;
/** Payloads may be larger here than on the service: an expression may then build a few times as much as it was given. */
const growth = 4;
/** The service's second, counted in processor time: a busy machine must not fail what a quiet one computes. */
const timeLimitMilliseconds = 1000;
/** Asking for the time costs as much as a node. */
const nodesBetweenLooks = 128;

/** The package's codes for "too much"; `expression.ts` gives them the service's words. */
export const memoryFault = { code: "D2015", value: valueLimit };
export const timeFault = { code: "D1012", value: timeLimitMilliseconds };

interface Environment {
  /** The frame of the whole evaluation. */
  readonly base: object;
  lookup(name: string): unknown;
}

interface Node {
  readonly type: string;
}

interface Spent {
  bytes: number;
  nodes: number;
  readonly since: number;
}

const spentBy = new WeakMap<object, Spent>();

/** Called by the package after each node it evaluated. */
export function chargeFor(node: Node, _input: unknown, environment: Environment, result: unknown): void {
  const spent = spentBy.get(environment.base) ?? startSpending(environment.base);
  spent.nodes += 1;
  if (spent.nodes % nodesBetweenLooks === 0 && processorTime() - spent.since > timeLimitMilliseconds) {
    throw { ...timeFault };
  }
  if (typeof result === "string") {
    if (node.type === "function" || node.type === "binary") charge(spent, environment, result.length, result.length);
  } else if (typeof result === "object" && result !== null && !sizes.has(result)) {
    charge(spent, environment, sizeOf(result), shallowSize(result));
  }
}

function startSpending(base: object): Spent {
  const spent = { bytes: 0, nodes: 0, since: processorTime() };
  spentBy.set(base, spent);
  return spent;
}

/** An evaluation never waits, so what the process computes meanwhile is its own. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function charge(spent: Spent, environment: Environment, size: number, added: number): void {
  spent.bytes += added;
  // Eight bytes a number leave no room for the array itself, which the service does not count.
  const tooLarge = size > valueLimit + 8 && size > growth * sizeOf(environment.lookup("states"));
  if (tooLarge || spent.bytes > evaluationLimit) throw { ...memoryFault };
}

/** What was measured before; values do not change once they are the result of a node. */
const sizes = new WeakMap<object, number>();

export function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value === "number") return 8;
  if (typeof value !== "object" || value === null || isFunctionObject(value)) return 1;
  const known = sizes.get(value);
  if (known !== undefined) return known;
  let size = 1;
  if (Array.isArray(value)) for (const item of value) size += Math.max(8, sizeOf(item));
  else for (const [key, member] of Object.entries(value)) size += key.length + sizeOf(member);
  sizes.set(value, size);
  return size;
}

function shallowSize(value: object): number {
  return 16 + 8 * (Array.isArray(value) ? value.length : 4 * Object.keys(value).length);
}

/** A function of the package, told from data that only looks so: data holds no functions. */
function isFunctionObject(value: object): boolean {
  return (
    ("implementation" in value && typeof value.implementation === "function") ||
    ("_jsonata_lambda" in value && "environment" in value && hasLookup(value.environment))
  );
}

function hasLookup(value: unknown): boolean {
  return typeof value === "object" && value !== null && "lookup" in value && typeof value.lookup === "function";
}
