/**
 * Activities on the local store: one row each, in order of name, and one for each claim that waits for a worker.
 * What is changed of an activity is on disk when that is answered.
 */
import type { Activities, ActivityName, ActivityRecord, Offer } from "../../engine/activity-port.ts";
import type { Tenant } from "../../engine/ports.ts";
import { bodyOf, key, ordered, shortKey, tables, text, under, value } from "./rows.ts";
import type { Store } from "./store.ts";

export function localActivities(store: Store): Activities {
  function read(activity: ActivityName): ActivityRecord | undefined {
    const found = store.get(rowKey(activity));
    return found === undefined ? undefined : decode(found);
  }

  return {
    async create(activity) {
      const there = read(activity);
      if (there === undefined) store.put(rowKey(activity), JSON.stringify(activity));
      await store.durable(); // whoever created what is there may still be waiting for that, too
      return there === undefined ? { kind: "created" } : { kind: "exists", activity: there };
    },

    async replace(activity, expected) {
      if (read(activity)?.settings !== expected) return "changed";
      store.put(rowKey(activity), JSON.stringify(activity));
      await store.durable();
      return "replaced";
    },

    async remove(activity) {
      store.remove(rowKey(activity));
      await store.durable();
    },

    find: async (activity) => read(activity),

    async list(tenant, limit, after) {
      const all = under(tables.activity, ...tenantParts(tenant));
      const from = after === undefined ? all.from : `${rowKey({ ...tenant, name: after })}\t`;
      const rows = store.range({ from, to: all.to, limit: limit + 1 });
      const items = rows.slice(0, limit).map(([, found]) => decode(found));
      const last = items.at(-1);
      return rows.length > limit && last !== undefined ? { items, next: last.name } : { items };
    },

    async offer(activity, offer, expires) {
      store.put(offerKey(activity, offer), value(JSON.stringify(offer), expires));
    },

    async offers(activity, limit) {
      const all = under(tables.offer, ...tenantParts(activity), text(activity.name));
      // Written above and nowhere else, so it has the shape.
      return store.range({ ...all, limit }).map(([, found]) => JSON.parse(bodyOf(found)) as Offer);
    },

    async withdraw(activity, offer) {
      store.remove(offerKey(activity, offer));
    },
  };
}

function tenantParts({ account, region }: Tenant): readonly string[] {
  return [text(account), text(region)];
}

function rowKey(activity: ActivityName): string {
  return key(tables.activity, ...tenantParts(activity), text(activity.name));
}

function offerKey(activity: ActivityName, { claim, at }: Offer): string {
  const place = [text(claim.execution), claim.branch, ordered(claim.seq)];
  return shortKey(tables.offer, [...tenantParts(activity), text(activity.name), ordered(at)], place);
}

function decode(found: string): ActivityRecord {
  // Written above and nowhere else, so it has the shape.
  return JSON.parse(found) as ActivityRecord;
}
