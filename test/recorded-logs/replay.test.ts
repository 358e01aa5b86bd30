/** What earlier releases wrote is read for ever: the same positions, the same histories, and what was in flight ends as it did. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { AwsHistoryEvent } from "../../lib/asl/history.ts";
import type { Position } from "../../lib/asl/position.ts";
import { decodeSegment } from "../../lib/engine/codec.ts";
import { createEngine } from "../../lib/engine/engine.ts";
import type { ExecutionSummary } from "../../lib/engine/ports.ts";
import type { Segment } from "../../lib/engine/segment.ts";
import { folded } from "../simulation/folding.ts";
import { type End, type Recording, restored } from "./recording.ts";

const releases = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".json.gz"));

function read(file: string): readonly Recording[] {
  // Written by `record.ts`.
  return JSON.parse(gunzipSync(readFileSync(join(import.meta.dirname, file))).toString()) as readonly Recording[];
}

/** Which of two messages of the same moment comes first is nobody's promise, so that histories may differ in that. */
function outcomeOf({ summary, history }: End): unknown {
  // As `Recorder.end` has them.
  const { status, error, cause, redrives } = summary as ExecutionSummary;
  const last = (history as readonly AwsHistoryEvent[]).at(-1);
  return { status, error, cause, redriven: redrives?.count, output: last?.executionSucceededEventDetails };
}

/** 0.1.0 kept the variables of a branch that had succeeded, which nobody reads; the step leaves them out now. */
function asWrittenNow(segment: Segment): Segment {
  const { variables: _, ...position }: Position = segment.position;
  const { doing, scope } = position;
  return scope && doing.kind === "ended" && doing.outcome.status === "SUCCEEDED" ? { ...segment, position } : segment;
}

/** What failed with States.Runtime or timed out, 0.1.0 ended with more events, or other references, than the service does. */
function endsOtherwiseNow({ position: { doing } }: Segment): boolean {
  if (doing.kind !== "ended") return false;
  const { outcome } = doing;
  return outcome.status === "TIMED_OUT" || (outcome.status === "FAILED" && outcome.failure.error === "States.Runtime");
}

test("there is one of each release", () => {
  expect(releases).toContain("0.1.0.json.gz");
});

describe.each(releases)("%s", (file) => {
  test.each(read(file).map((recording) => [recording.subject.name, recording] as const))("%s", async (_, recording) => {
    const { subject, writes, stages, end } = recording;
    const whole = await restored(recording, { writes: writes.length, now: Date.UTC(2027, 0, 1), inFlight: [] });
    expect(await whole.end()).toEqual(end);

    const segments = whole.world.segments().map(decodeSegment).map(asWrittenNow);
    const header = segments.findLast((segment) => segment.branch === "" && segment.header)?.header;
    if (!header) throw new Error("a recording has a first segment");
    const engine = createEngine(whole.world);
    const definition = await engine.definition(header.definition);
    const run = { engine, scenario: { definition: {}, input: JSON.parse(subject.input) } };
    const otherwise = segments.filter(endsOtherwiseNow).map(({ branch, seq }) => `${branch}#${seq} `);
    const departures = await folded(run, header, definition, segments);
    expect(departures.filter((one) => !otherwise.some((name) => one.startsWith(name)))).toEqual([]);

    for (const stage of stages) {
      const resumed = await restored(recording, stage);
      await resumed.play();
      expect(outcomeOf(await resumed.end())).toEqual(outcomeOf(end));
    }
  });
});
