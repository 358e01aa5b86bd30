/**
 * The revisions of a machine, each with the moment since when it stood: which of them an execution was started with
 * follows from the time. The record keeps the latest; an execution that is older than they are has one of which
 * nothing is said.
 */
import type { Instant } from "../asl/position.ts";
import type { MachineRecord } from "../engine/ports.ts";
import { type Revision, readSettings } from "./settings.ts";

/** Each start reads them. */
const mostFormer = 10;

/** Those that the record lists once there is another. */
export function formerRevisions(machine: MachineRecord): readonly Revision[] {
  return revisionsOf(machine).slice(-mostFormer);
}

/** The one that stood then; undefined: it is forgotten, or the machine is another of that name. */
export function revisionAt(machine: MachineRecord, moment: Instant): Revision | undefined {
  return revisionsOf(machine).findLast(({ since }) => since <= moment);
}

/** Oldest first. */
export function revisionsOf(machine: MachineRecord): readonly Revision[] {
  const { former = [], revisionId, updatedAt = machine.createdAt } = readSettings(machine);
  return [...former, { ...(revisionId !== undefined && { id: revisionId }), since: updatedAt }];
}
