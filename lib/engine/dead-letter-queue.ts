/** Dead letters as an operator sees them: what each of them is, and sending it again as if it had never died. */
import { beginningOf } from "./branch.ts";
import { decodeCommand } from "./codec.ts";
import type { Baton, Command } from "./command.ts";
import type { Engine } from "./engine.ts";
import { headOf } from "./head.ts";
import { dispatch, laneOfCommand, laneOfState, messageOf } from "./messages.ts";
import type { BranchPath, Delivery, ExecutionId, Lane } from "./ports.ts";

export interface DeadLetter {
  readonly execution: ExecutionId;
  readonly branch: BranchPath;
  readonly kind: Command["kind"];
  /** Its place in the log is still to be written: nobody else carries this on. Only a baton has a place. */
  readonly open: boolean;
}

/** Undefined: Baton did not write this. */
export async function readDeadLetter(engine: Engine, delivery: Delivery): Promise<DeadLetter | undefined> {
  const command = commandOf(delivery);
  if (!command) return undefined;
  const { execution, branch, kind } = command;
  if (kind !== "advance") return { execution, branch, kind, open: false };
  const head = await headOf(engine, execution, branch);
  return { execution, branch, kind, open: (head?.seq ?? -1) < command.seq };
}

/** It carries on where it was, or finds that others did. False: Baton did not write this, and it stays. */
export async function redriveDeadLetter(engine: Engine, delivery: Delivery): Promise<boolean> {
  const command = commandOf(delivery);
  if (!command) return false;
  const { revived: _revived, ...fresh } = { revived: undefined, ...command };
  // Only a field that says how often it died is left out.
  await dispatch(engine, [messageOf(fresh as Command, await laneOf(engine, command))]);
  return true;
}

/** Undefined for whatever else somebody may have put into the queue. */
function commandOf({ body }: Delivery): Command | undefined {
  try {
    const command = decodeCommand(body);
    return typeof command.execution === "string" && typeof command.branch === "string" ? command : undefined;
  } catch {
    return undefined;
  }
}

async function laneOf(engine: Engine, command: Command): Promise<Lane> {
  return command.kind === "advance" ? laneOfBaton(engine, command) : laneOfCommand(command);
}

async function laneOfBaton(engine: Engine, baton: Baton): Promise<Lane> {
  const header = await engine.header(baton.execution);
  const head = baton.position ?? (await headOf(engine, baton.execution, baton.branch))?.position;
  const position = head ?? (await beginningOf(engine, header, baton));
  return laneOfState(await engine.definition(header.definition), position.state);
}
