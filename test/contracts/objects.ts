/** What every Objects promises: files by bucket and key, read from any byte on, listed in the order of their keys. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ListedObject } from "../../lib/asl/distributed/source.ts";
import { leastPartBytes, type Objects } from "../../lib/engine/map-run/ports.ts";
import { freshName } from "./subject.ts";

export interface ObjectsSubject {
  readonly objects: Objects;
  /** There is a bucket of that name from then on. */
  makeBucket(name: string): Promise<void>;
  close(): Promise<void>;
}

export function objectsContract(name: string, open: () => Promise<ObjectsSubject>): void {
  describe(`${name}: objects`, () => {
    let subject: ObjectsSubject;
    let bucket: string;
    beforeAll(async () => {
      subject = await open();
      bucket = freshName();
      await subject.makeBucket(bucket);
    });
    afterAll(() => subject.close());

    const textFrom = async (key: string, from?: number, to?: number): Promise<string> => {
      const found = await subject.objects.read({ bucket, key }, from, to);
      if (found.kind === "refused") return `refused: ${found.why}`;
      const pieces: Uint8Array[] = [];
      for await (const piece of found.body) pieces.push(piece);
      return Buffer.concat(pieces).toString();
    };

    test.each(["plain.json", "a/b/c.csv", "with blank and ü.txt"])("what was written to '%s' is read", async (key) => {
      const body = `Grüße, 世界 ${"x".repeat(100_000)} end`;
      expect(await subject.objects.write({ bucket, key }, body)).toEqual({ kind: "written" });
      expect(await textFrom(key)).toBe(body);
      const size = Buffer.byteLength(body);
      expect(await textFrom(key, size - 3)).toBe("end");
      expect(await textFrom(key, size - 3, size - 1)).toBe("en");
      expect(await textFrom(key, 0, 2)).toBe("Gr");
      expect(await textFrom(key, size - 2, size + 10)).toBe("nd");
      expect(await subject.objects.read({ bucket, key }, 0, 1)).toMatchObject({ kind: "object", size });
      expect(await subject.objects.read({ bucket, key }, 5)).toMatchObject({ kind: "object", size });
      expect(await subject.objects.read({ bucket, key })).toMatchObject({ kind: "object", size });
    });

    test("written again, the new one is read", async () => {
      await subject.objects.write({ bucket, key: "twice" }, "one");
      await subject.objects.write({ bucket, key: "twice" }, "two");
      expect(await textFrom("twice")).toBe("two");
      const tagNow = async (): Promise<string | undefined> => {
        const found = await subject.objects.read({ bucket, key: "twice" }, 0, 1);
        return found.kind === "object" ? found.tag : undefined;
      };
      const tag = await tagNow();
      expect(await tagNow()).toBe(tag);
      await subject.objects.write({ bucket, key: "twice" }, "too");
      if (tag !== undefined) expect(await tagNow()).not.toBe(tag);
    });

    test("an object in parts is there when it is complete, and every call may be made again", async () => {
      const { parts } = subject.objects;
      const place = { bucket, key: "long/object.json" };
      const begun = await parts.begin(place);
      if (begun.kind === "refused") throw new Error(begun.why);
      const bodies = [`[${"ü".repeat(leastPartBytes / 2)}`, "x".repeat(leastPartBytes), "]"];
      const tags: string[] = [];
      for (const [at, body] of bodies.entries()) {
        for (const text of at === 1 ? ["another", body] : [body]) {
          const put = await parts.put(place, begun.upload, at + 1, text);
          if (put.kind === "refused") throw new Error(put.why);
          tags[at] = put.tag;
        }
      }
      expect(await textFrom(place.key)).toMatch(/^refused/);
      expect(await subject.objects.list({ bucket, key: "long/" })).toMatchObject({ objects: [] });
      for (const _ of ["first", "again"]) {
        expect(await parts.complete(place, begun.upload, tags)).toEqual({ kind: "written" });
        expect((await textFrom(place.key)) === bodies.join("")).toBe(true);
      }
      expect(await subject.objects.list({ bucket, key: "long/" })).toMatchObject({ objects: [{ key: place.key }] });
    });

    test("what is not there is refused, with its name", async () => {
      expect(await textFrom("nowhere.json")).toMatch(/^refused: .*nowhere\.json/);
    });

    test("a list has the keys with the prefix, in order, each once over all pages", async () => {
      const keys = ["list/10", "list/2", "list/a", "list/B", "list/ü", "list/z/deep", "other"];
      for (const key of keys) await subject.objects.write({ bucket, key }, key);
      const seen: ListedObject[] = [];
      for (let after: string | undefined; ; after = seen.at(-1)?.key) {
        const page = await subject.objects.list({ bucket, key: "list/" }, after);
        if (page.kind === "refused") throw new Error(page.why);
        seen.push(...page.objects);
        if (page.done) break;
      }
      expect(seen.map(({ key }) => key)).toEqual(["list/10", "list/2", "list/B", "list/a", "list/z/deep", "list/ü"]);
      expect(seen.map(({ size }) => size)).toEqual(seen.map(({ key }) => Buffer.byteLength(key)));
      expect(seen.every(({ etag, lastModified }) => etag !== "" && Number.isFinite(lastModified))).toBe(true);
    });
  });
}
