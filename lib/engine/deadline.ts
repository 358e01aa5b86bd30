/** TimeoutSeconds of the machine: one message, sent at the start, that finds the execution ended or ends it. */
import type { Definition } from "../asl/definition.ts";
import type { Instant } from "../asl/position.ts";
import { type Command, keyOf } from "./command.ts";
import { endExecution } from "./end.ts";
import type { Engine } from "./engine.ts";
import { isEarly } from "./messages.ts";
import type { Delivery, Verdict } from "./ports.ts";
import { redelivered } from "./redelivery.ts";
import type { Header } from "./segment.ts";

/** When TimeoutSeconds of the machine are over; undefined where it has none. */
export function deadlineOf({ startedAt }: Header, { timeoutSeconds }: Definition): Instant | undefined {
  return timeoutSeconds === undefined ? undefined : startedAt + timeoutSeconds * 1_000;
}

export async function endByDeadline(engine: Engine, command: Command, delivery: Delivery): Promise<Verdict> {
  const header = await engine.header(command.execution);
  const due = deadlineOf(header, await engine.definition(header.definition)) ?? header.startedAt;
  if (isEarly(engine, due)) return { kind: "later", at: due };
  const ended = await endExecution(engine, command.execution, { kind: "execution-timed-out" }, keyOf(command));
  return ended.kind === "before" ? redelivered(engine, command, delivery) : { kind: "done" };
}
