/** The ports that only Map Runs need: the list of the runs, and the files that users' machines read and write. */
import type { Place } from "../../asl/distributed/manifest.ts";
import type { ListedObject } from "../../asl/distributed/source.ts";
import type { Instant } from "../../asl/position.ts";
import type { ExecutionId, MapRunId, Page } from "../ports.ts";

/** That there is a Map Run, for the list of those that an execution has started; how it stands is in its log. */
export interface MapRunEntry {
  readonly id: MapRunId;
  /** That started it. */
  readonly execution: ExecutionId;
  readonly startedAt: Instant;
  readonly stoppedAt?: Instant;
  /** How often it had been redriven; absent: never. */
  readonly epoch?: number;
  readonly expires?: Instant;
}

export interface MapRuns {
  /** Enters it, unless an entry stands there. */
  enter(entry: MapRunEntry): Promise<void>;
  /** Enters it, or writes over the entry that stands there, unless that is of a later epoch, or an end and this is none of the same. */
  put(entry: MapRunEntry): Promise<void>;
  /** Newest first. */
  list(execution: ExecutionId, limit: number, after?: string): Promise<Page<MapRunEntry>>;
}

export interface StoredObject {
  /** What was asked for, in pieces of any size. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Of the whole object, in bytes. */
  readonly size: number;
  /** Another one whenever the object is written; absent: the store cannot tell. */
  readonly tag?: string;
}

/** `refused`: the store says no, or that there is no such thing; the text is for the user. An outage rejects. */
export type Refused = { readonly kind: "refused"; readonly why: string };

/** Of a long object, which nobody sees before it is complete. Every call may be made again. */
export interface Parts {
  begin(place: Place): Promise<{ readonly kind: "begun"; readonly upload: string } | Refused>;
  /** Part `number`, from 1 on; each but the last has at least `leastPartBytes`. `complete` wants the tags of all. */
  put(
    place: Place,
    upload: string,
    number: number,
    body: string,
  ): Promise<{ readonly kind: "put"; readonly tag: string } | Refused>;
  complete(place: Place, upload: string, tags: readonly string[]): Promise<{ readonly kind: "written" } | Refused>;
}

/** S3's limit. */
export const leastPartBytes = 5 * 1024 * 1024;

/** The files that the users' machines read and write: S3 on AWS. */
export interface Objects {
  readonly parts: Parts;
  /** The object from byte `from` (default 0) to the one before `to` (default: all). At or behind its end nothing may be asked for but the whole. */
  read(place: Place, from?: number, to?: number): Promise<(StoredObject & { readonly kind: "object" }) | Refused>;
  /** Those whose keys begin with that of `prefix`, by key, from behind `after` on, a page of the store's own size; `done`: there are no more. */
  list(
    prefix: Place,
    after?: string,
  ): Promise<{ readonly kind: "page"; readonly objects: readonly ListedObject[]; readonly done: boolean } | Refused>;
  write(place: Place, body: string): Promise<{ readonly kind: "written" } | Refused>;
}
