/**
 * Executions that a Task starts (`states:startExecution`). Unless the state names it, the child's name is
 * derived from the claim, so that to start it again is a no-op; with `.sync` it knows its parent's claim and
 * sends word of its end. When the claim ends first, the child is stopped.
 *
 *   parent:  claim ──► start child ──► submitted ──────────────────────► result
 *   child:             0 ──► 1 ──► … ──► end, summary ──► child-ended ───┘
 */
import type { Instant, TaskCall } from "../asl/position.ts";
import type { ResumedChild } from "./child-port.ts";
import type { Command } from "./command.ts";
import { attemptKey, executionId, hashOf, parseMachineArn, uuidFrom } from "./identity.ts";
import { messageOf } from "./messages.ts";
import type { ExecutionId, Message, SegmentKey } from "./ports.ts";
import type { Segment } from "./segment.ts";

const startResource = /^arn:[\w-]+:states:[\w-]*:\d*:states:startExecution(\.\S+)?$/;

/** The same start under the same name: made twice it is made once. */
export function isRepeatable({ resource }: TaskCall): boolean {
  return startResource.test(resource);
}

export type Abandoned = Extract<Command, { readonly kind: "abandoned" }>;

interface Child {
  readonly id: ExecutionId;
  /** Tells it that nobody waits for it any more. */
  readonly abandoned: Abandoned;
}

/** The execution that this claim has started, or is about to start, and waits for. */
export function childOf(segment: Segment): Child | undefined {
  const { doing } = segment.position;
  if (doing.kind !== "working" || doing.call.pattern !== "sync" || !isRepeatable(doing.call)) return undefined;
  const parent = { execution: segment.execution, branch: segment.branch, seq: doing.claim };
  const { resumes } = doing.call;
  const id = resumes
    ? childId({ ...doing.call, attempt: resumes.attempt }, { ...parent, seq: resumes.claim })
    : childId(doing.call, parent);
  return id && { id, abandoned: { kind: "abandoned", execution: id, branch: "", parent } };
}

/** As StartExecution will name it; undefined where it will refuse. */
function childId({ arguments: given, attempt }: TaskCall, claim: SegmentKey): ExecutionId | undefined {
  const parameters: unknown = JSON.parse(given);
  if (typeof parameters !== "object" || parameters === null) return undefined;
  const { StateMachineArn: arn, Name: name } = parameters as { StateMachineArn?: unknown; Name?: unknown };
  const machine = typeof arn === "string" ? parseMachineArn(arn) : undefined;
  if (!machine) return undefined;
  const derived = uuidFrom(hashOf(attemptKey(claim, attempt)));
  return executionId(machine, machine.name, typeof name === "string" ? name : derived);
}

/** What a redriven state goes on with: the child that it had started before, and the key that names that start. */
export function resumedBy(segment: Segment): ResumedChild | undefined {
  const { doing } = segment.position;
  const resumes = doing.kind === "working" ? doing.call.resumes : undefined;
  const child = resumes && childOf(segment);
  if (!resumes || !child) return undefined;
  const { execution, branch } = segment;
  return { id: child.id, key: attemptKey({ execution, branch, seq: resumes.claim }, resumes.attempt) };
}

/** The word that a child sends when it has ended. */
export function childEnded(child: ExecutionId, { execution, branch, seq }: SegmentKey): Message {
  return messageOf({ kind: "child-ended", execution, branch, claim: seq, child }, "flow");
}

/** What the service answers to a start: with the metadata of a call, which was none here. */
export function startedOutput(arn: string, startedAt: Instant): string {
  const RequestId = uuidFrom(hashOf(arn));
  const headers = {
    connection: "keep-alive",
    "Content-Type": "application/x-amz-json-1.0",
    Date: new Date(startedAt).toUTCString(),
    "x-amzn-RequestId": RequestId,
  };
  const AllHttpHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return JSON.stringify({
    ExecutionArn: arn,
    SdkHttpMetadata: { AllHttpHeaders, HttpHeaders: headers, HttpStatusCode: 200 },
    SdkResponseMetadata: { RequestId },
    StartDate: startedAt,
  });
}
