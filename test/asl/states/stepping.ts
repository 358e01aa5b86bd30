/**
 * Takes steps by hand: a definition written as an object, a position, signals, and a short text for each
 * transition, so that a test is a row. `TaskStateEntered<0 TaskScheduled<2` is an event and what it refers to.
 */
import type { Definition } from "../../../lib/asl/definition.ts";
import type { EventRef } from "../../../lib/asl/event.ts";
import { parseDefinition } from "../../../lib/asl/parse.ts";
import type { Doing, Position } from "../../../lib/asl/position.ts";
import { describeProblem } from "../../../lib/asl/problem.ts";
import { begin, step } from "../../../lib/asl/step.ts";
import type { ExecutionContext, Moment, Signal, Transition } from "../../../lib/asl/transition.ts";

/** A machine of these states; the first one starts. */
export function machine(states: object, more: object = {}): Definition {
  const parsed = parseDefinition({ StartAt: Object.keys(states)[0], States: states, ...more });
  if (parsed.kind === "problems") throw new Error(parsed.problems.map(describeProblem).join("\n"));
  return parsed.definition;
}

export const noon = Date.UTC(2025, 0, 1, 12);

export const somewhere: ExecutionContext = {
  id: "arn:aws:states:us-east-1:123456789012:execution:m:e",
  name: "e",
  roleArn: "arn:aws:iam::123456789012:role/r",
  startTime: noon,
  redriveCount: 0,
  stateMachine: { id: "arn:aws:states:us-east-1:123456789012:stateMachine:m", name: "m" },
  input: "{}",
  region: "us-east-1",
  account: "123456789012",
  payloadLimitBytes: 262_144,
};

export function moment(more: Partial<Moment> = {}): Moment {
  return { now: noon, branch: "", seq: 1, execution: somewhere, chance: () => 0.5, taskToken: () => "token", ...more };
}

/** A branch that walks through a definition, signal by signal. */
export class Walker {
  readonly definition: Definition;
  position: Position;
  seq = 1;
  now = noon;
  last: Transition;
  readonly #execution: ExecutionContext;

  constructor(definition: Definition, input = "{}", more: Partial<ExecutionContext> = {}) {
    this.definition = definition;
    this.#execution = { ...somewhere, ...more, input };
    this.last = begin(definition, moment({ execution: this.#execution, seq: 0 }));
    this.position = this.last.next;
  }

  /** Puts the walker somewhere else. */
  at(position: Partial<Position>): this {
    this.position = { ...this.position, ...position };
    return this;
  }

  async take(signal: Signal | Signal["kind"], seconds = 0): Promise<string> {
    this.now += seconds * 1000;
    const given = typeof signal === "string" ? plain(signal) : signal;
    const here = moment({ now: this.now, seq: this.seq, execution: this.#execution });
    this.last = await step(this.definition, this.position, given, here);
    this.position = this.last.next;
    this.seq += 1;
    return told(this.last);
  }
}

function plain(kind: Signal["kind"]): Signal {
  switch (kind) {
    case "succeeded":
    case "submitted":
      return { kind, output: "{}" };
    case "failed":
      return { kind, failure: { error: "E", cause: "C" } };
    case "timed-out":
      return { kind, by: "timeout" };
    case "joined":
      return { kind, outputs: [], events: 0 };
    case "branch-failed":
      return { kind, index: 0, failure: { error: "E" }, at: { branch: "/1.0", event: 9 } };
    case "closed":
      return { kind, events: 0 };
    case "aborted":
      return { kind, because: { branch: "/1.1", event: 7 } };
    case "stopped":
      return { kind, failure: {} };
    case "redriven":
      return { kind, to: { state: "E", input: "{}", events: 9, previous: 9, doing: { kind: "arriving" } }, events: 9 };
    case "poisoned":
      return { kind, cause: "it threw" };
    default:
      return { kind };
  }
}

/** The events of a transition, and where it leads. */
export function told({ events, next }: Transition): string {
  const written = events.map(
    (event) =>
      `${event.type}<${referred(event.previous)}${event.at === undefined ? "" : `@+${(event.at - noon) / 1000}s`}`,
  );
  return [...written, `→ ${doing(next.doing, next)}`].join(" ");
}

function referred(reference: EventRef): string {
  return typeof reference === "object" ? `${reference.branch}#${reference.event}` : String(reference);
}

function doing(now: Doing, position: Position): string {
  const at = (instant: number) => `+${(instant - noon) / 1000}s`;
  switch (now.kind) {
    case "arriving":
      return now.notBefore === undefined ? position.state : `${position.state} at ${at(now.notBefore)}`;
    case "sleeping":
      return `sleeping until ${at(now.until)}`;
    case "retrying":
      return `retrying at ${at(now.notBefore)}`;
    case "working":
      return now.submitted ? "working, submitted" : "working";
    case "forked":
      return `forked ${now.of} ${now.concurrency}/${now.width}`;
    case "closing":
      return `closing: ${now.failure.error}`;
    case "ended":
      return `${ended(now)}${now.open === undefined ? "" : ", open"}`;
    case "beginning":
      return "beginning";
  }
}

function ended({ outcome }: Extract<Doing, { kind: "ended" }>): string {
  if (outcome.status === "SUCCEEDED") return `SUCCEEDED ${outcome.output}`;
  return `${outcome.status} ${[outcome.failure.error, outcome.failure.cause].filter((one) => one !== undefined).join(": ")}`.trimEnd();
}
