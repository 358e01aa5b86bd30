/** Map Runs and the users' files in memory. */
import { createHash } from "node:crypto";
import type { MapRunEntry, MapRuns, Objects, Refused } from "../../engine/map-run/ports.ts";
import type { CallName } from "./calls.ts";
import type { Contents } from "./contents.ts";

type Make = <T>(name: CallName, subject: string, act: () => T | Promise<T>) => Promise<T>;

export function mapRunsOf({ mapRuns, terms }: Contents, make: Make): MapRuns {
  const rowOf = (place: string): string => `run ${place}`;
  const there = (place: string) => (terms.isThere(rowOf(place)) ? mapRuns.get(place) : undefined);
  const set = (entry: MapRunEntry): void => {
    mapRuns.set(placeOf(entry), entry);
    terms.note(rowOf(placeOf(entry)), entry.expires);
  };
  return {
    enter: (entry) =>
      make("mapRuns.enter", entry.id, () => {
        if (!there(placeOf(entry))) set(entry);
      }),
    put: (entry) =>
      make("mapRuns.put", entry.id, () => {
        const before = there(placeOf(entry));
        if (!before || !saysMore(before, entry)) set(entry);
      }),
    list: (execution, limit, after) =>
      make("mapRuns.list", execution, () => {
        const found = [...mapRuns.entries()].filter(
          ([place, entry]) =>
            entry.execution === execution && (after === undefined || place < after) && terms.isThere(rowOf(place)),
        );
        found.sort(([one], [other]) => (one > other ? -1 : 1));
        const items = found.slice(0, limit).map(([, entry]) => entry);
        const next = found[limit - 1]?.[0];
        return found.length > limit && next !== undefined ? { items, next } : { items };
      }),
  };
}

/** An entry of a later epoch stays, and so does an end of the same. */
function saysMore(there: MapRunEntry, { epoch = 0, stoppedAt }: MapRunEntry): boolean {
  const epochThere = there.epoch ?? 0;
  return epochThere > epoch || (epochThere === epoch && there.stoppedAt !== undefined && stoppedAt === undefined);
}

function placeOf({ execution, startedAt, id }: MapRunEntry): string {
  return `${execution} ${String(startedAt).padStart(16, "0")} ${id}`;
}

/** Pieces as small as this, so that a reader has to put them together. */
const pieceBytes = 1_000;

/** Objects that a page of a list has. */
const pageSize = 3;

export function objectsOf({ files, parts }: Contents, make: Make): Objects {
  const missing = (bucket: string, key: string): Refused => ({
    kind: "refused",
    why: `The object '${key}' in the bucket '${bucket}' does not exist.`,
  });
  return {
    read: ({ bucket, key }, from = 0, to = Number.POSITIVE_INFINITY) =>
      make("objects.read", `${bucket}/${key} ${from}`, () => {
        const bytes = files.get(`${bucket}/${key}`);
        if (!bytes) return missing(bucket, key);
        const body = pieces(bytes.subarray(from, Math.min(to, bytes.length)));
        return { kind: "object", body, size: bytes.length, tag: createHash("md5").update(bytes).digest("hex") };
      }),
    list: ({ bucket, key: prefix }, after = "") =>
      make("objects.list", `${bucket}/${prefix}`, () => {
        const within = `${bucket}/`;
        const found = [...files.entries()]
          .flatMap(([name, bytes]) => (name.startsWith(within) ? [{ key: name.slice(within.length), bytes }] : []))
          .filter(({ key }) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0)
          .sort((one, other) => Buffer.compare(Buffer.from(one.key), Buffer.from(other.key)));
        const objects = found
          .slice(0, pageSize)
          .map(({ key, bytes }) => ({ key, size: bytes.length, etag: `"${key}"`, lastModified: 0 }));
        return { kind: "page", objects, done: found.length <= pageSize };
      }),
    parts: {
      begin: ({ bucket, key }) =>
        make("objects.parts.begin", `${bucket}/${key}`, () => ({
          kind: "begun",
          upload: String([...parts.entries()].length),
        })),
      put: ({ bucket, key }, upload, number, body) =>
        make("objects.parts.put", `${bucket}/${key} ${number}`, () => {
          parts.set(`${bucket}/${key} ${upload} ${number}`, Buffer.from(body));
          return { kind: "put", tag: String(number) };
        }),
      complete: ({ bucket, key }, upload, tags) =>
        make("objects.parts.complete", `${bucket}/${key}`, () => {
          const all = tags.map((tag) => parts.get(`${bucket}/${key} ${upload} ${tag}`) ?? new Uint8Array());
          files.set(`${bucket}/${key}`, Buffer.concat(all));
          return { kind: "written" };
        }),
    },
    write: ({ bucket, key }, body) =>
      make("objects.write", `${bucket}/${key}`, () => {
        files.set(`${bucket}/${key}`, Buffer.from(body));
        return { kind: "written" };
      }),
  };
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes);
}
