/**
 * An execution that an event or a schedule starts: its name is made from the event's, so that one that comes again
 * starts nothing. What cannot be started now is tried again for as long as its target says, as EventBridge does.
 */
import { createHash } from "node:crypto";
import type { CallApi } from "./machine-resource.ts";
import { ApiRefusal, mayPass } from "./signed-call.ts";

export interface StartingEvent {
  readonly stateMachineArn: string;
  /** The event's id, or the time for which it was scheduled. */
  readonly occasion: string;
  /** Which target it is, among all that may start the machine on the same occasion. */
  readonly target: string;
  /** The execution's: a value, or JSON text that is passed on as it is. Default: `{}`. */
  readonly input?: unknown;
  readonly inputText?: string;
  /** Beyond the first try. Default: 185, as EventBridge has it. */
  readonly retryAttempts?: number;
  /** In seconds. Default: a day, as EventBridge has it. */
  readonly maxEventAge?: number;
}

/** How often it has come, this time included, and how many seconds after the first time. */
export interface Delivered {
  readonly times: number;
  readonly age: number;
}

/** What StartExecution is asked for. */
export interface Start {
  readonly stateMachineArn: string;
  readonly name: string;
  readonly input: string;
}

export type StartOutcome =
  | { readonly kind: "started" }
  | { readonly kind: "again"; readonly seconds: number; readonly error: unknown }
  /** `code`: the service's name of what it refused, or that of what went wrong. */
  | { readonly kind: "given up"; readonly start: Start; readonly code: string; readonly message: string };

const usualRetries = 185;
const usualAge = 24 * 3_600;

/** So that 185 tries take a day. */
const longestPause = 480;

export async function startByEvent(event: StartingEvent, delivered: Delivered, call: CallApi): Promise<StartOutcome> {
  const { retryAttempts = usualRetries, maxEventAge = usualAge } = event;
  const start = startOf(event);
  try {
    await call("StartExecution", start);
    return { kind: "started" };
  } catch (error) {
    const code = codeOf(error);
    if (code === "ExecutionAlreadyExists") return { kind: "started" };
    const isLast = delivered.times > retryAttempts || delivered.age >= maxEventAge;
    if (!mayPass(error) || isLast) return { kind: "given up", start, code, message: messageOf(error) };
    return { kind: "again", seconds: Math.min(2 ** (delivered.times - 1), longestPause), error };
  }
}

function startOf({ stateMachineArn, occasion, target, input = {}, inputText }: StartingEvent): Start {
  const suffix = createHash("sha256").update(target).digest("hex").slice(0, 12);
  // A time has colons, which no name may have.
  const name = `${occasion.replaceAll(/[^\w.-]/g, "-")}-${suffix}`;
  return { stateMachineArn, name, input: inputText ?? JSON.stringify(input) };
}

function codeOf(error: unknown): string {
  if (error instanceof ApiRefusal) return error.code;
  return error instanceof Error ? error.name : "Error";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
