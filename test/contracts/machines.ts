/** What every Machines promises. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MachineRecord, Tenant } from "../../lib/engine/ports.ts";
import { freshTenant, noon, type Open, type Subject } from "./subject.ts";

export function machinesContract(name: string, open: Open): void {
  describe(`${name}: machines`, () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());
    const machines = () => subject.world.machines;

    test("create, find, remove", async () => {
      const tenant = freshTenant();
      expect(await machines().find(tenant, "pack")).toBeUndefined();
      expect(await machines().create(machineOf(tenant, "pack"))).toEqual({ kind: "created" });
      expect(await machines().find(tenant, "pack")).toEqual(machineOf(tenant, "pack"));
      expect(await machines().find(freshTenant(), "pack")).toBeUndefined();
      const first = machineOf(tenant, "pack");
      await machines().remove(first);
      await machines().remove(first);
      expect(await machines().find(tenant, "pack")).toBeUndefined();
      expect(await machines().create(machineOf(tenant, "pack"))).toEqual({ kind: "created" });
    });

    test("what was created later under the name is not removed", async () => {
      const tenant = freshTenant();
      const first = machineOf(tenant, "pack");
      const second = { ...first, createdAt: first.createdAt + 1, revisionId: "r2" };
      await machines().create(first);
      await machines().remove(first);
      await machines().create(second);
      await machines().remove(first);
      expect(await machines().find(tenant, "pack")).toEqual(second);
    });

    test("a name that is taken answers who has it, and changes nothing", async () => {
      const tenant = freshTenant();
      const first = machineOf(tenant, "pack");
      await machines().create(first);
      const second = { ...first, roleArn: "another" };
      expect(await machines().create(second)).toEqual({ kind: "exists", machine: first });
      expect(await machines().find(tenant, "pack")).toEqual(first);
    });

    test("replace wants the revision that it replaces", async () => {
      const tenant = freshTenant();
      await machines().create(machineOf(tenant, "pack"));
      const second = { ...machineOf(tenant, "pack"), revisionId: "r2", settings: '{"tags":[]}' };
      expect(await machines().replace(second, "r0")).toBe("changed");
      expect(await machines().replace(second, "r1")).toBe("replaced");
      expect(await machines().replace(second, "r1")).toBe("changed");
      expect(await machines().find(tenant, "pack")).toEqual(second);
      expect(await machines().replace(machineOf(tenant, "nobody"), "r1")).toBe("changed");
      expect(await machines().find(tenant, "nobody")).toBeUndefined();
    });

    test("the list is by name, page by page, and nobody else's", async () => {
      const tenant = freshTenant();
      const names = ["Zeta", "alpha", "alpha-2", "beta", "gamma_3"];
      for (const name of [...names].reverse()) await machines().create(machineOf(tenant, name));
      await machines().create(machineOf(freshTenant(), "another"));
      for (const limit of [1, 2, 5, 10]) {
        const found: string[] = [];
        let next: string | undefined;
        do {
          const page = await machines().list(tenant, limit, next);
          expect(page.items.length).toBeLessThanOrEqual(limit);
          found.push(...page.items.map(({ name }) => name));
          next = page.next;
        } while (next !== undefined);
        expect(found).toEqual(names);
      }
      expect(await machines().list(freshTenant(), 10)).toEqual({ items: [] });
    });
  });
}

function machineOf(tenant: Tenant, name: string): MachineRecord {
  return {
    ...tenant,
    name,
    definitionHash: "4".repeat(64),
    roleArn: "arn:aws:iam::123456789012:role/pack",
    type: "STANDARD",
    createdAt: noon,
    revisionId: "r1",
    settings: '{"description":"Grüße"}',
  };
}
