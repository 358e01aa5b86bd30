/** The port to activities: their register, and the claims that wait for one of their workers. */
import type { Instant } from "../asl/position.ts";
import type { Page, SegmentKey, Tenant } from "./ports.ts";

export interface ActivityName extends Tenant {
  readonly name: string;
}

export interface ActivityRecord extends ActivityName {
  readonly createdAt: Instant;
  /** What the operations keep beside, tags for one, as the API's own JSON. */
  readonly settings: string;
}

/** A claim that waits for a worker of an activity. */
export interface Offer {
  readonly claim: SegmentKey;
  /** When it was made; the oldest is taken first. */
  readonly at: Instant;
}

export interface Activities {
  /** `exists` answers what stands there and changes nothing. */
  create(activity: ActivityRecord): Promise<{ kind: "created" } | { kind: "exists"; activity: ActivityRecord }>;
  /** Writes other settings if they are still `expected`. */
  replace(activity: ActivityRecord, expected: string): Promise<"replaced" | "changed">;
  remove(activity: ActivityName): Promise<void>;
  find(activity: ActivityName): Promise<ActivityRecord | undefined>;
  /** By name. */
  list(tenant: Tenant, limit: number, after?: string): Promise<Page<ActivityRecord>>;
  /**
   * Puts a claim on the activity's list, whether or not the activity is there. A hint only: who gets the task
   * is decided in the log. Offering again is harmless.
   */
  offer(activity: ActivityName, offer: Offer, expires?: Instant): Promise<void>;
  /** Up to `limit` offers, oldest first. Reading takes none away. */
  offers(activity: ActivityName, limit: number): Promise<readonly Offer[]>;
  withdraw(activity: ActivityName, offer: Offer): Promise<void>;
}
