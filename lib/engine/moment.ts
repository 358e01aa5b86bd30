/** Where and when a step is taken, for the pure step: clock, seeded chance and the execution's context. */
import { createHash } from "node:crypto";
import type { Definition } from "../asl/definition.ts";
import type { JsonText } from "../asl/json.ts";
import type { ExecutionContext, Moment } from "../asl/transition.ts";
import type { Engine } from "./engine.ts";
import { executionArn, executionName, machineArn } from "./identity.ts";
import type { BranchPath } from "./ports.ts";
import { payloadLimit } from "./quotas.ts";
import type { Header } from "./segment.ts";
import { mintToken } from "./token.ts";

export function momentAt(
  engine: Engine,
  header: Header,
  definition: Definition,
  branch: BranchPath,
  seq: number,
): Moment | Promise<Moment> {
  if (!definition.asksForExecutionInput) return momentWith(engine, header, branch, seq, undefined);
  return engine.executionInput(header.id).then((input) => momentWith(engine, header, branch, seq, input));
}

/** As `momentAt`, for a caller who has the execution's input at hand, or knows that nobody asks for it. */
export function momentWith(
  engine: Engine,
  header: Header,
  branch: BranchPath,
  seq: number,
  input: JsonText | undefined,
): Moment {
  const now = engine.world.clock.now();
  const execution = contextOf(engine, header);
  return {
    now,
    branch,
    seq,
    chance: (label) => draw(`${header.seed}|${branch}|${seq}|${label}`),
    taskToken: () => mintToken(engine, { execution: header.id, branch, seq }, now),
    execution: input === undefined ? execution : { ...execution, input },
  };
}

/** The same for every step of an execution; a header that is kept keeps its context. */
const contexts = new WeakMap<Header, ExecutionContext>();

function contextOf(engine: Engine, header: Header): ExecutionContext {
  const known = contexts.get(header);
  if (known) return known;
  const { account, region, machine, name } = executionName(header.id);
  const context: ExecutionContext = {
    id: executionArn(header.id),
    name,
    roleArn: header.roleArn,
    startTime: header.startedAt,
    redriveCount: header.redriveCount,
    ...(header.redriveTime === undefined ? {} : { redriveTime: header.redriveTime }),
    stateMachine: { id: machineArn({ account, region }, machine), name: machine },
    region,
    account,
    payloadLimitBytes: payloadLimit(engine, header),
  };
  contexts.set(header, context);
  return context;
}

/** The first 48 bits of the hash, as a number in [0, 1). */
export function draw(label: string): number {
  return createHash("sha256").update(label).digest().readUIntBE(0, 6) / 2 ** 48;
}
