/**
 * What is known of a value before anything runs: anything at all, or at most these members. A shape says what
 * may be there, never that it is: so "not there" is certain, which is what hints are made of.
 */
import { isArray, isObject, type Value } from "../json.ts";

export interface Shape {
  /** What members it has, where more is known of them than that they may be there. */
  readonly members: ReadonlyMap<string, Shape>;
  /** Whether it may have other members and be anything else; closed: it has these at most. */
  readonly open: boolean;
  /** Of what an array may consist; absent: it is no array, or an empty one. */
  readonly items: Shape | undefined;
}

export const anything: Shape = { members: new Map(), open: true, items: undefined };
/** No members and no items: a text, a number, an empty object. */
export const nothing: Shape = { members: new Map(), open: false, items: undefined };

/** Deeper than that nobody looks; it also ends loops that wrap their input again and again. */
const depthLimit = 8;

export function shapeOf(value: Value, depth = 0): Shape {
  if (depth > depthLimit) return anything;
  if (isArray(value)) {
    return {
      ...nothing,
      items: value.map((item) => shapeOf(item, depth + 1)).reduce((one, other) => either(one, other), nothing),
    };
  }
  if (!isObject(value)) return nothing;
  return objectShape(Object.entries(value).map(([key, item]) => [key, shapeOf(item, depth + 1)] as const));
}

export function objectShape(members: Iterable<readonly [string, Shape]>): Shape {
  return { members: new Map(members), open: false, items: undefined };
}

/** What one of the two may have. */
export function either(one: Shape, other: Shape, depth = 0): Shape {
  if (one === other) return one;
  if (depth > depthLimit) return anything;
  const open = one.open || other.open;
  const members = new Map<string, Shape>();
  for (const key of new Set([...one.members.keys(), ...other.members.keys()])) {
    const a = memberOf(one, key);
    const b = memberOf(other, key);
    const both = a === undefined || b === undefined ? (a ?? b) : either(a, b, depth + 1);
    // Of an open shape anything is known already: a member that says no more is left out.
    if (both !== undefined && !(open && isAnything(both))) members.set(key, both);
  }
  const items =
    one.items === undefined || other.items === undefined
      ? (one.items ?? other.items)
      : either(one.items, other.items, depth + 1);
  return { members, open, items: open ? undefined : items };
}

function isAnything(shape: Shape): boolean {
  return shape.open && shape.members.size === 0;
}

function memberOf(shape: Shape, key: string): Shape | undefined {
  return shape.members.get(key) ?? (shape.open ? anything : undefined);
}

function itemsOf(shape: Shape): Shape | undefined {
  return shape.open ? anything : shape.items;
}

export function sameShape(one: Shape, other: Shape): boolean {
  if (one === other) return true;
  if (one.open !== other.open || one.members.size !== other.members.size) return false;
  const sameItems =
    one.items === undefined || other.items === undefined
      ? one.items === other.items
      : sameShape(one.items, other.items);
  return (
    sameItems &&
    [...one.members].every(([key, shape]) => {
      const matching = other.members.get(key);
      return matching !== undefined && sameShape(shape, matching);
    })
  );
}

/** More members are not followed: a chain of states that each add one would cost the square of its length. */
const memberLimit = 100;

/** `depth` levels, and anything below; and anything for what has too many members. */
export function cut(shape: Shape, depth: number = depthLimit): Shape {
  if (depth === 0 || shape.members.size > memberLimit) return anything;
  const members = new Map([...shape.members].map(([key, member]) => [key, cut(member, depth - 1)] as const));
  return { members, open: shape.open, items: shape.items === undefined ? undefined : cut(shape.items, depth - 1) };
}

export type Step = string | number;

/** A path of names and indexes only: `$.a['b c'][0]`; others are not followed. */
const plainPath = /^\$(?:\.[\p{L}_][\p{L}\p{N}_-]*|\['[^'\\]*'\]|\[\d+\])*$/u;
const steps = /\.([\p{L}_][\p{L}\p{N}_-]*)|\['([^'\\]*)'\]|\[(\d+)\]/gu;

export function plainSteps(path: string): readonly Step[] | undefined {
  if (!plainPath.test(path)) return undefined;
  return [...path.matchAll(steps)].map(([, name, quoted, index]) =>
    index === undefined ? (name ?? quoted ?? "") : Number(index),
  );
}

/** What is found at the end of a path, or the step that cannot succeed. */
export type Lookup = { readonly kind: "found"; readonly shape: Shape } | Miss;

export interface Miss {
  readonly kind: "missing";
  readonly step: string;
  /** What is there instead. */
  readonly known: readonly string[];
}

export function lookUp(shape: Shape, path: readonly Step[]): Lookup {
  let here = shape;
  for (const step of path) {
    const next = typeof step === "number" ? itemsOf(here) : memberOf(here, step);
    if (next === undefined) return { kind: "missing", step: String(step), known: [...here.members.keys()] };
    here = next;
  }
  return { kind: "found", shape: here };
}

/** The document after something was put at the path. */
export function put(document: Shape, path: readonly Step[], value: Shape): Shape {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === "number") return anything;
  const members = new Map(document.members);
  members.set(step, put(memberOf(document, step) ?? nothing, rest, value));
  // Only an object can be put into: whatever else it may have been is no more.
  return { members, open: document.open, items: undefined };
}
