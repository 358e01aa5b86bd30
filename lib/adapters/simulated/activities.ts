/** Activities and the claims offered to their workers, in memory. */
import type { Activities, ActivityName, Offer } from "../../engine/activity-port.ts";
import type { Tenant } from "../../engine/ports.ts";
import type { CallName } from "./calls.ts";
import type { Contents } from "./contents.ts";

type Make = <T>(name: CallName, subject: string, act: () => T | Promise<T>) => Promise<T>;

export function activitiesOf({ activities, offers, terms }: Contents, make: Make): Activities {
  return {
    create: (activity) =>
      make("activities.create", nameOf(activity), () => {
        const there = activities.get(nameOf(activity));
        if (there !== undefined) return { kind: "exists", activity: there };
        activities.set(nameOf(activity), activity);
        return { kind: "created" };
      }),
    replace: (activity, expected) =>
      make("activities.replace", nameOf(activity), () => {
        if (activities.get(nameOf(activity))?.settings !== expected) return "changed";
        activities.set(nameOf(activity), activity);
        return "replaced";
      }),
    remove: (activity) => make("activities.remove", nameOf(activity), () => activities.remove(nameOf(activity))),
    find: (activity) => make("activities.find", nameOf(activity), () => activities.get(nameOf(activity))),
    list: (tenant, limit, after = "") =>
      make("activities.list", tenantOf(tenant), () => {
        const ours = [...activities.entries()].flatMap(([, found]) => (isOf(tenant, found) ? [found] : []));
        const rest = ours.filter(({ name }) => name > after).sort((a, b) => (a.name < b.name ? -1 : 1));
        const items = rest.slice(0, limit);
        const last = items.at(-1);
        return rest.length > limit && last !== undefined ? { items, next: last.name } : { items };
      }),
    offer: (activity, offer, expires) =>
      make("activities.offer", offerKey(activity, offer), () => {
        offers.set(offerKey(activity, offer), offer);
        terms.note(offerRow(offerKey(activity, offer)), expires);
      }),
    offers: (activity, limit) =>
      make("activities.offers", nameOf(activity), () => {
        const found = [...offers.entries()].filter(
          ([key]) => key.startsWith(`${nameOf(activity)} `) && terms.isThere(offerRow(key)),
        );
        return found
          .map(([, offer]) => offer)
          .sort((a, b) => a.at - b.at)
          .slice(0, limit);
      }),
    withdraw: (activity, offer) =>
      make("activities.withdraw", offerKey(activity, offer), () => offers.remove(offerKey(activity, offer))),
  };
}

function tenantOf({ account, region }: Tenant): string {
  return `${account}/${region}`;
}

function isOf(tenant: Tenant, other: Tenant): boolean {
  return tenantOf(tenant) === tenantOf(other);
}

function nameOf(activity: ActivityName): string {
  return `${tenantOf(activity)}/${activity.name}`;
}

function offerRow(key: string): string {
  return `offer ${key}`;
}

/** Names of activities have no blanks. */
function offerKey(activity: ActivityName, { claim, at }: Offer): string {
  return `${nameOf(activity)} ${at} ${claim.execution}${claim.branch}#${claim.seq}`;
}
