/** What a place for access keys promises, whichever it is. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AccessKey, AccessKeys } from "../../lib/engine/ports.ts";

export interface AccessKeysSubject {
  readonly keys: AccessKeys;
  close(): Promise<void>;
}

export function accessKeysContract(name: string, open: () => Promise<AccessKeysSubject>): void {
  describe(`access keys: ${name}`, () => {
    let subject: AccessKeysSubject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(async () => await subject.close());

    const first: AccessKey = { accessKeyId: "FIRST", secretAccessKey: "1", role: "read", createdAt: 1 };
    const second: AccessKey = {
      accessKeyId: "SECOND",
      secretAccessKey: "2",
      role: "start",
      machines: ["orders-*"],
      createdAt: 2,
    };

    test("none at first, then those that were added, oldest first", async () => {
      const { keys } = subject;
      expect(await keys.list()).toEqual([]);
      expect(await keys.find("FIRST")).toBeUndefined();
      for (const key of [first, second]) await keys.add(key);
      expect(await keys.list()).toEqual([first, second]);
      expect(await keys.find("SECOND")).toEqual(second);
    });

    test("added at the same time, none is lost", async () => {
      const { keys } = subject;
      const more = [3, 4].map((number): AccessKey => ({ ...first, accessKeyId: `KEY${number}`, createdAt: number }));
      await Promise.all(more.map((key) => keys.add(key)));
      const ids = (await keys.list()).map(({ accessKeyId }) => accessKeyId).sort();
      expect(ids).toEqual(["FIRST", "KEY3", "KEY4", "SECOND"]);
      for (const { accessKeyId } of more) expect(await keys.remove(accessKeyId)).toBe("removed");
    });

    test("removed once", async () => {
      const { keys } = subject;
      expect(await keys.remove("FIRST")).toBe("removed");
      expect(await keys.remove("FIRST")).toBe("absent");
      expect(await keys.find("FIRST")).toBeUndefined();
      expect(await keys.list()).toEqual([second]);
    });

    test.each(["", ".", "..", "../FIRST", "SECOND/", "%2e%2e", "a\u0000b", "__proto__", "x".repeat(5_000)])(
      "no key is called %j",
      async (id) => {
        expect(await subject.keys.find(id)).toBeUndefined();
        expect(await subject.keys.remove(id)).toBe("absent");
      },
    );
  });
}
