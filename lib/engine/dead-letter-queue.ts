/** Dead letters as an operator sees them: what each of them is, and sending it again as if it had never died. */
import { beginningOf } from "./branch.ts";
import { decodeCommand } from "./codec.ts";
import type { Baton, Command } from "./command.ts";
import type { Engine } from "./engine.ts";
import { headOf, isOfNobody } from "./head.ts";
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

/**
 * "sent": it carries on where it was, or finds that others did. "forgotten": of an execution that is there no more.
 * "foreign": Baton did not write this.
 */
export type Redriven = "sent" | "forgotten" | "foreign";

export async function redriveDeadLetter(engine: Engine, delivery: Delivery): Promise<Redriven> {
  const command = commandOf(delivery);
  if (!command) return "foreign";
  if (await isOfNobody(engine, command)) return "forgotten";
  const { revived: _revived, ...fresh } = { revived: undefined, ...command };
  // Only a field that says how often it died is left out.
  await dispatch(engine, [messageOf(fresh as Command, await laneOf(engine, command))]);
  return "sent";
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
