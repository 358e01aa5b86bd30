/** Where and when a step is taken, for the pure step: clock, seeded chance and the execution's context. */
import { createHash } from "node:crypto";
import type { Definition } from "../asl/definition.ts";
import type { JsonText } from "../asl/json.ts";
import type { Moment } from "../asl/transition.ts";
import type { Engine } from "./engine.ts";
import { executionArn, executionName, machineArn } from "./identity.ts";
import type { BranchPath } from "./ports.ts";
import type { Header } from "./segment.ts";
import { mintToken } from "./token.ts";

export async function momentAt(
  engine: Engine,
  header: Header,
  definition: Definition,
  branch: BranchPath,
  seq: number,
): Promise<Moment> {
  const input = definition.asksForExecutionInput ? await engine.executionInput(header.id) : undefined;
  return momentWith(engine, header, branch, seq, input);
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
  const tenant = executionName(header.id);
  return {
    now,
    branch,
    seq,
    chance: (label) => draw(`${header.seed}|${branch}|${seq}|${label}`),
    taskToken: () => mintToken(engine, { execution: header.id, branch, seq }, now),
    execution: {
      id: executionArn(header.id),
      name: tenant.name,
      roleArn: header.roleArn,
      startTime: header.startedAt,
      redriveCount: header.redriveCount,
      ...(header.redriveTime === undefined ? {} : { redriveTime: header.redriveTime }),
      stateMachine: { id: machineArn(tenant, tenant.machine), name: tenant.machine },
      ...(input === undefined ? {} : { input }),
      region: tenant.region,
      account: tenant.account,
      payloadLimitBytes: engine.options.payloadLimitBytes,
    },
  };
}

/** The first 48 bits of the hash, as a number in [0, 1). */
export function draw(label: string): number {
  return createHash("sha256").update(label).digest().readUIntBE(0, 6) / 2 ** 48;
}
