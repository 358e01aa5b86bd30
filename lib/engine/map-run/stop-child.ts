/**
 * Stopping a child of a Map Run whose run has been closed: by whoever closes the run, and by whoever finds that a
 * child was redriven too late for that. Not the fence for one that runs in memory (`close.ts`).
 */
import { settle } from "../answer.ts";
import { endExecution } from "../end.ts";
import type { Engine } from "../engine.ts";
import { headerAt } from "../head.ts";
import { childId } from "../identity.ts";
import type { MapRunId } from "../ports.ts";
import type { Header } from "../segment.ts";
import { existing } from "./log.ts";
import { epochIn, isOpen } from "./run.ts";

/** One that has been redriven in a later epoch is left alone: nobody here would see to what follows. */
export async function stopChild(engine: Engine, run: MapRunId, index: number, epoch: number): Promise<void> {
  const isOfThen = ({ mapRun }: Header): boolean => (mapRun?.epoch ?? 0) <= epoch;
  const ended = await endExecution(
    engine,
    childId(run, index),
    { kind: "stopped", failure: {} },
    "run-closed",
    isOfThen,
  );
  // It ended by itself, or an earlier try of this ended it: whoever is to carry out what follows may be gone.
  if (ended.kind !== "before") return;
  const header = await headerAt(engine, ended.segment);
  await settle(engine, header, await engine.definition(header.definition), ended.segment, "again");
}

/**
 * For whoever has redriven an execution, before it is sent on its way: of a Map Run that was closed in between, the
 * closer has found this child ended, and nothing to stop.
 */
export async function stoppedWithRun(engine: Engine, { mapRun }: Header): Promise<boolean> {
  if (!mapRun) return false;
  const { id, index, epoch = 0 } = mapRun;
  const { state } = await existing(engine, id);
  if (isOpen(state) && epochIn(state) === epoch) return false;
  await stopChild(engine, id, index, epoch);
  return true;
}
