/** How bodies are stored and how messages travel: every text comes back as it was. */
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  bodyAttributes,
  type Compact,
  compactText,
  type Objects,
  readBodyAttributes,
  restore,
  store,
} from "../../../lib/adapters/aws/body.ts";
import { fromWire, toWire, wrap, wrapForTable } from "../../../lib/adapters/aws/wire.ts";

function bucket() {
  const objects = new Map<string, Compact>();
  const port: Objects = {
    putObject: async (name, content) => void objects.set(name, content),
    getObject: async (name) => {
      const content = objects.get(name);
      return content && compactText(content);
    },
    renewObject: async () => {},
  };
  return { objects, port };
}

const noise = (bytes: number): string => randomBytes(bytes).toString("base64");

test.each([
  // what              body                       stored as
  ["nothing", "", "text"],
  ["a short text", "x".repeat(768), "text"],
  ["a longer text", "x".repeat(769), "deflated"],
  ["a megabyte of the same", "x".repeat(1_000_000), "deflated"],
  ["20 KB of noise", noise(20_000), "object"],
])("%s is stored as it is cheapest", async (_, body, kind) => {
  const { objects, port } = bucket();
  const stored = await store(port, "1/r/m/n", body);
  expect(stored.kind).toBe(kind);
  expect([...objects.keys()].every((name) => name.startsWith("1/r/m/n/"))).toBe(true);
  expect(await restore(port, stored)).toBe(body);
  expect(readBodyAttributes(bodyAttributes(stored))).toEqual(stored);
});

test("the same body has the same name, and another execution's does not", async () => {
  const { objects, port } = bucket();
  const body = noise(20_000);
  await store(port, "1/r/m/n", body);
  await store(port, "1/r/m/n", body);
  await store(port, "1/r/m/other", body);
  expect(objects.size).toBe(2);
});

test("a body whose object is gone is an error that names it", async () => {
  await expect(restore(bucket().port, { kind: "object", name: "1/r/m/n/abc" })).rejects.toThrow("1/r/m/n/abc");
});

test.each([
  // what                              body                                encoding
  ["JSON", '{"a":"ä 😀"}', undefined],
  ["what XML does not allow", '{"a":"\uffff"}', "deflate"],
  ["a control character", "a\u0001b", "deflate"],
  ["a lone surrogate's replacement", "\ufffd", undefined],
  ["20 KB of noise, which a message carries", noise(20_000), "deflate"],
  ["100 KB of noise", noise(100_000), "object"],
])("a message with %s", async (_, body, encoding) => {
  const { port } = bucket();
  const wire = await toWire(await wrap(port, body));
  expect(wire.encoding).toBe(encoding);
  expect(await fromWire(port, wire.body, wire.encoding)).toBe(body);
});

test("any text travels through a row and a message unchanged", async () => {
  const { port } = bucket();
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme", maxLength: 5_000, size: "max" }));
  await fc.assert(
    fc.asyncProperty(text, async (body) => {
      const wire = await toWire(await wrapForTable(port, body));
      expect(await fromWire(port, wire.body, wire.encoding)).toBe(body);
    }),
  );
});

test("an encoding from a later build is not taken for something else", async () => {
  await expect(fromWire(bucket().port, "x", "brotli")).rejects.toThrow("'brotli'");
});
