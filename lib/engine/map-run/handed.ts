/** What a Map Run that has ended comes to for the state that waits for it. */
import { shapeResults, writtenResult } from "../../asl/distributed/results.ts";
import type { Signal } from "../../asl/transition.ts";
import type { Engine } from "../engine.ts";
import type { MapRunId } from "../ports.ts";
import type { Segment } from "../segment.ts";
import { readRunFork } from "./fork.ts";
import { existing, type RunHead } from "./log.ts";
import { outputsOf, resultsOf } from "./results.ts";
import { epochIn } from "./run.ts";

/** `epoch`: how often the fork has been redriven that asks; what the run came to before is old news. */
export async function handedOver(engine: Engine, id: MapRunId, epoch: number): Promise<Signal | undefined> {
  const head = await existing(engine, id);
  const { phase } = head.state;
  if (phase.kind !== "ended" || epochIn(head.state) !== epoch) return undefined;
  switch (phase.outcome.status) {
    case "SUCCEEDED":
      return joined(engine, head);
    case "FAILED":
      return { kind: "failed", failure: phase.outcome.failure };
    case "ABORTED":
      return undefined; // by the parent's own end
  }
}

/** Whether the run has come to the end that this fork waits for. */
export async function hasEnded(engine: Engine, id: MapRunId, { position: { doing } }: Segment): Promise<boolean> {
  const { state } = await existing(engine, id);
  return doing.kind === "forked" && state.phase.kind === "ended" && epochIn(state) === (doing.run?.redriveCount ?? 0);
}

async function joined(engine: Engine, { id, state }: RunHead): Promise<Signal> {
  const { run, distributed } = await readRunFork(engine, state.parent);
  const { writer } = run;
  if (writer) return { kind: "joined", outputs: [], events: 0, written: writtenResult({ ...run, writer }) };
  const config = distributed.resultWriter?.config;
  if (!config) return { kind: "joined", outputs: await outputsOf(engine, id, state), events: 0 };
  const written = [];
  for (let group = 0; group < state.staged.chunks; group++) {
    written.push(...(await resultsOf(engine, id, state, group)));
  }
  return { kind: "joined", outputs: [], events: 0, written: shapeResults(config, written) };
}
