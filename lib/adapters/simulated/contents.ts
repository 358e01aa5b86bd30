/** Everything a simulated world holds, without faults: what the stores, queues and disks have in them. */

import type { ActivityRecord, Offer } from "../../engine/activity-port.ts";
import type { MapRunEntry } from "../../engine/map-run/ports.ts";
import type { Message } from "../../engine/ports.ts";
import type { LogLine } from "../../engine/watch-port.ts";
import type { Faults, Strikes } from "./faults.ts";
import { type Journal, journal, type Table, table } from "./journal.ts";
import { type Mailbox, mailbox } from "./mailbox.ts";
import type { Prng } from "./prng.ts";
import { type Registry, registry } from "./registry.ts";
import { type Segments, segments } from "./segments.ts";
import { forever, type Terms, terms } from "./terms.ts";

type Instant = number;
type TimerMessage = Message & { readonly notBefore: Instant };

export interface GroupState {
  readonly finished: readonly number[];
  readonly closed: boolean;
  readonly bodies: ReadonlyMap<number, string>;
}

/** A store that forgets rows, and workers that can renew so many segments at once; absent: any number. */
export interface Forgets {
  readonly mostRenewed?: number;
}

export interface Contents {
  readonly journal: Journal;
  readonly terms: Terms;
  readonly segments: Segments;
  readonly registry: Registry;
  readonly mailbox: Mailbox;
  readonly blobs: Table<string>;
  readonly staged: Table<string>;
  readonly groups: Table<GroupState>;
  readonly beats: Table<Instant>;
  readonly timers: Table<TimerMessage>;
  readonly activities: Table<ActivityRecord>;
  readonly offers: Table<Offer>;
  readonly mapRuns: Table<MapRunEntry>;
  /** The users' files, by `bucket/key`. */
  readonly files: Table<Uint8Array>;
  /** Parts of long files, by `bucket/key`, upload and number. */
  readonly parts: Table<Uint8Array>;
  /** The lines of all executions' logs. */
  readonly logs: LogLine[];
}

/** `losesTail`: what is not yet durable can be lost. `forgets`: rows have terms. */
export function contents(
  { losesTail, forgets }: { readonly losesTail: boolean; readonly forgets: Forgets | undefined },
  groupWidth: number,
  chance: Prng,
  faults: () => Faults,
  strikes: Strikes,
  now: () => Instant,
): Contents {
  const written = journal(losesTail, now);
  return {
    journal: written,
    terms: forgets ? terms(now, forgets.mostRenewed) : forever,
    segments: segments(written, groupWidth),
    registry: registry(written, now),
    mailbox: mailbox(written, chance, faults, strikes, now),
    // Files: on the disk when the put answers.
    blobs: table(journal(false, now)),
    staged: table(written),
    groups: table(written),
    beats: table(written),
    timers: table(written),
    activities: table(written),
    offers: table(written),
    mapRuns: table(written),
    // Another machine's: no power cut here touches them.
    files: table(journal(false, now)),
    parts: table(journal(false, now)),
    logs: [],
  };
}
