/** What an operation of the API is: the shape of its input and what it does with a checked one. */
import type { Engine } from "../engine/engine.ts";
import type { Access, SegmentKey, Tenant } from "../engine/ports.ts";
import { payloadLimit } from "../engine/quotas.ts";
import { check, type Input, type Structure } from "./shape.ts";

/** Who calls, and under which id: an SDK that tries again keeps the id, so its own write is recognised. */
export interface Call {
  readonly engine: Engine;
  readonly tenant: Tenant;
  /** What the caller's key allows; absent: everything, as where nothing is verified or a Task calls. */
  readonly access?: Access;
  readonly invocationId?: string;
  /** The claim of a Task that makes this call and waits for what comes of it. */
  readonly parent?: SegmentKey;
  /** The trace that the request belongs to. */
  readonly traceHeader?: string;
  /** Aborted when the caller is gone and nobody is left to be answered. */
  readonly signal?: AbortSignal;
}

/** The answer as the wire protocol has it, with moments as Date: each face writes them in its own way. */
export type Answer = Readonly<Record<string, unknown>>;

export interface Operation {
  readonly input: Structure;
  answer(call: Call, input: unknown): Promise<Answer>;
}

export function operation<const S extends Structure>(
  input: S,
  run: (call: Call, input: Input<S>) => Promise<Answer>,
): Operation {
  return {
    input,
    answer: async (call, value) => await run(call, check(input, value, { payloadBytes: payloadLimit(call.engine) })),
  };
}
