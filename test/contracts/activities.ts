/** What every Activities promises: a register by name, and for each activity the claims offered to its workers. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ActivityRecord, Offer } from "../../lib/engine/activity-port.ts";
import type { Tenant } from "../../lib/engine/ports.ts";
import {
  executionOf,
  freshExecution,
  freshName,
  freshTenant,
  longestName,
  noon,
  type Open,
  type Subject,
} from "./subject.ts";

function activityOf(tenant: Tenant, name: string, more: Partial<ActivityRecord> = {}): ActivityRecord {
  return { ...tenant, name, createdAt: noon, settings: '{"tags":[]}', ...more };
}

function freshOffer(at: number): Offer {
  return { claim: { execution: freshExecution(), branch: "/1.0", seq: 4 }, at };
}

export function activitiesContract(name: string, open: Open): void {
  describe(`${name}: activities`, () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());

    test("a name is taken once; who comes later is told what stands there", async () => {
      const { activities } = subject.world;
      const first = activityOf(freshTenant(), "pack");
      expect(await activities.create(first)).toEqual({ kind: "created" });
      const again = await activities.create({ ...first, createdAt: noon + 1, settings: "other" });
      expect(again).toEqual({ kind: "exists", activity: first });
      expect(await activities.find(first)).toEqual(first);
    });

    test("settings are replaced if nobody has changed them meanwhile", async () => {
      const { activities } = subject.world;
      const first = activityOf(freshTenant(), "pack", { settings: "one" });
      expect(await activities.replace(first, "one")).toBe("changed");
      await activities.create(first);
      const second = { ...first, settings: "two" };
      expect(await activities.replace(second, "one")).toBe("replaced");
      expect(await activities.replace({ ...first, settings: "three" }, "one")).toBe("changed");
      expect(await activities.find(first)).toEqual(second);
    });

    test("what was removed is not found, and may be removed again and created anew", async () => {
      const { activities } = subject.world;
      const activity = activityOf(freshTenant(), "pack");
      await activities.create(activity);
      await activities.remove(activity);
      await activities.remove(activity);
      expect(await activities.find(activity)).toBeUndefined();
      expect(await activities.create(activity)).toEqual({ kind: "created" });
    });

    test("lists show the tenant's own, by name, a page at a time", async () => {
      const { activities } = subject.world;
      const tenant = freshTenant();
      const all = ["a", "b", "c", "d", "e"].map((one) => activityOf(tenant, one));
      for (const activity of all.toReversed()) await activities.create(activity);
      await activities.create(activityOf(freshTenant(), "bb"));
      const names: string[] = [];
      let after: string | undefined;
      do {
        const page = await activities.list(tenant, 2, after);
        names.push(...page.items.map((activity) => activity.name));
        after = page.next;
      } while (after !== undefined);
      expect(names).toEqual(["a", "b", "c", "d", "e"]);
      expect(await activities.list(freshTenant(), 2)).toEqual({ items: [] });
    });

    test("offers come oldest first, as often as they are asked for, until they are withdrawn", async () => {
      const { activities } = subject.world;
      const activity = { ...freshTenant(), name: freshName() };
      const [first, second, third] = [freshOffer(noon), freshOffer(noon + 5), freshOffer(noon + 10)];
      for (const offer of [third, first, second]) await activities.offer(activity, offer, noon + 1_000_000);
      await activities.offer(activity, second);
      expect(await activities.offers(activity, 10)).toEqual([first, second, third]);
      expect(await activities.offers(activity, 2)).toEqual([first, second]);
      await activities.withdraw(activity, second);
      await activities.withdraw(activity, second);
      expect(await activities.offers(activity, 10)).toEqual([first, third]);
    });

    test("offers among names as long as can be, of letters that are not ASCII", async () => {
      const { activities } = subject.world;
      const activity = { ...freshTenant(), name: longestName("a") };
      const claim = { execution: executionOf(activity, longestName("m"), longestName("e")), branch: "/2.1", seq: 3 };
      const offers = [0, 5].map((later) => ({ claim: { ...claim, seq: later }, at: noon + later }));
      for (const offer of offers) await activities.offer(activity, offer);
      expect(await activities.offers(activity, 10)).toEqual(offers);
      for (const offer of offers) await activities.withdraw(activity, offer);
      expect(await activities.offers(activity, 10)).toEqual([]);
    });

    test("an activity has its own offers: none of a name that begins alike, of another tenant, or of another claim", async () => {
      const { activities } = subject.world;
      const activity = { ...freshTenant(), name: "pack" };
      const offer = freshOffer(noon);
      await activities.offer({ ...activity, name: "pack2" }, freshOffer(noon));
      await activities.offer({ ...freshTenant(), name: "pack" }, freshOffer(noon));
      await activities.offer(activity, offer);
      const sibling = { ...offer, claim: { ...offer.claim, branch: "/1.1" } };
      await activities.offer(activity, sibling);
      await activities.withdraw(activity, sibling);
      expect(await activities.offers(activity, 10)).toEqual([offer]);
    });
  });
}
