/** TimeoutSeconds of the machine: one message, sent at the start and by each redrive, that finds the execution ended or ends it. */
import type { Definition } from "../asl/definition.ts";
import type { Instant } from "../asl/position.ts";
import { type Command, keyOf } from "./command.ts";
import { endExecution } from "./end.ts";
import type { Engine } from "./engine.ts";
import { headerAt, headOf } from "./head.ts";
import { dispatch, isEarly, messageOf } from "./messages.ts";
import type { Delivery, Message, Verdict } from "./ports.ts";
import { longestSeconds } from "./quotas.ts";
import { redelivered } from "./redelivery.ts";
import type { Header } from "./segment.ts";

/** When TimeoutSeconds of the machine are over; undefined where it has none. A redrive gives the execution its whole time again. */
export function deadlineOf(header: Header, { timeoutSeconds }: Definition): Instant | undefined {
  const seconds = longestSeconds(header, timeoutSeconds);
  return seconds === undefined ? undefined : (header.redriveTime ?? header.startedAt) + seconds * 1_000;
}

export function deadlineMessage({ id: execution, epoch }: Header, due: Instant): Message {
  return messageOf({ kind: "deadline", execution, branch: "", ...(epoch > 0 && { epoch }) }, "flow", due);
}

/** Before the first baton: as long as that is not sent, the guard comes upon the execution and sends both. */
export async function setDeadline(engine: Engine, header: Header, definition: Definition): Promise<void> {
  const due = deadlineOf(header, definition);
  if (due !== undefined) await dispatch(engine, [deadlineMessage(header, due)]);
}

type Deadline = Extract<Command, { readonly kind: "deadline" }>;

export async function endByDeadline(engine: Engine, command: Deadline, delivery: Delivery): Promise<Verdict> {
  const head = await headOf(engine, command.execution, "");
  if (!head) throw new Error(`execution ${command.execution} has a deadline but no segment`);
  const header = await headerAt(engine, head);
  if (header.epoch !== (command.epoch ?? 0)) return { kind: "done" };
  const due = deadlineOf(header, await engine.definition(header.definition)) ?? header.startedAt;
  if (isEarly(engine, due)) return { kind: "later", at: due };
  const { execution } = command;
  const isOfNow = ({ epoch }: Header): boolean => epoch === header.epoch;
  const ended = await endExecution(engine, execution, { kind: "execution-timed-out" }, keyOf(command), isOfNow);
  return ended.kind === "before" ? redelivered(engine, command, delivery) : { kind: "done" };
}
