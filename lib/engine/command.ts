/**
 * What a message says. The baton ("advance this branch at seq") moves an execution; the others tell a
 * branch that somebody answered its claim, or watch over an append that was made outside a message.
 */
import type { EventRef } from "../asl/event.ts";
import type { JsonText } from "../asl/json.ts";
import type { Failure, Instant, Position } from "../asl/position.ts";
import { newsKey, type RunNews } from "./map-run/news.ts";
import type { BranchPath, ExecutionId, MapRunId, SegmentKey } from "./ports.ts";
import type { Header, LogTarget, Token } from "./segment.ts";

/** Any message. */
interface Mortal {
  /** How often the dead-letter queue has given it another try; absent: never. */
  readonly revived?: number;
}

interface Addressed extends Mortal {
  readonly execution: ExecutionId;
  readonly branch: BranchPath;
}

/** Sent before what it tells of is in the log. */
interface Announced {
  /** Until when its sender may still be at writing that; absent: it is written. */
  readonly until?: Instant;
}

export interface Baton extends Addressed {
  readonly kind: "advance";
  /** The sequence number that this message is to write first. */
  readonly seq: number;
  /** Both absent where the store is as near as the queue, and after a long sleep; a redriven execution's header is there where a branch begins. */
  readonly header?: Header;
  readonly position?: Position;
  /** Of a branch's first baton, when another branch's end started it: where its numbering begins. */
  readonly begin?: Begin;
  /** Of a branch's first baton: a redrive opened its fork again, and this branch had not begun before. */
  readonly reopened?: true;
  /** Of a branch's first baton: the fork is so wide that its items stand in chunks of their own. */
  readonly staged?: boolean;
}

export interface Begin {
  readonly events: number;
  readonly previous: EventRef;
}

/** Run this Express execution; brought again, it begins anew. */
export interface ExpressRun extends Addressed {
  readonly kind: "express";
  /** Tells runs of the same name apart. */
  readonly run: string;
  readonly definition: string;
  readonly roleArn: string;
  readonly startedAt: Instant;
  readonly input: JsonText;
  /** The version of the machine that was started, and the alias that led there. */
  readonly version?: number;
  readonly alias?: string;
  readonly traceHeader?: string;
  readonly log?: LogTarget;
  readonly strictQuotas?: true;
}

/** A branch of a fork that a redrive opened again has its turn, whatever it came to before. */
export interface Resume extends Addressed {
  readonly kind: "resume";
  readonly header: Header;
  /** How many history events come before. */
  readonly events: number;
  /** When it was said; absent in older messages: long ago. */
  readonly at?: Instant;
  /** Should it only begin now: the end that let it. */
  readonly previous?: EventRef;
}

/** Since the redrive of that number; absent: none. */
interface OfEpoch {
  readonly epoch?: number;
}

/** To a Map Run, whose log is that of an execution of the run's name. */
export type RunCommand =
  /** Go on with what the run's segment `seq` calls for: reading, closing, writing. */
  | (ToRun & { readonly kind: "run-work"; readonly seq: number })
  /** Start the first child of this token. */
  | (ToRun & { readonly kind: "run-token"; readonly token: Token; readonly chunk: number })
  | RunShift
  | RunRedrive
  | (ToRun & { readonly kind: "run-news"; readonly news: RunNews });

/** Run the EXPRESS children that follow `taker` in the chain of this token, from that chunk on. */
export interface RunShift extends ToRun {
  readonly kind: "run-shift";
  readonly token: Token;
  readonly taker: number;
  readonly chunk: number;
}

/** Start or redrive the child at this place, of a run that has been redriven. */
export interface RunRedrive extends ToRun {
  readonly kind: "run-redrive";
  readonly epoch: number;
  readonly token: Token;
  readonly chunk: number;
  readonly place: number;
}

interface ToRun extends OfEpoch, Mortal {
  readonly execution: MapRunId;
  readonly branch: "";
}

export type Command =
  | Baton
  | ExpressRun
  | Resume
  | RunCommand
  /** The Map Run that the fork `claim` opened has ended. */
  | (Addressed & { readonly kind: "run-ended"; readonly claim: number; readonly run: MapRunId })
  /** Every branch of the fork `claim` has reported. */
  | (Addressed & OfEpoch & { readonly kind: "joined"; readonly claim: number })
  | (Addressed &
      OfEpoch & {
        readonly kind: "branch-failed";
        readonly claim: number;
        readonly index: number;
        readonly failure: Failure;
        readonly at: EventRef;
      })
  /** TimeoutSeconds or HeartbeatSeconds of the attempt `claim` may be over. */
  | (Addressed & { readonly kind: "task-timer"; readonly claim: number; readonly by: "timeout" | "heartbeat" })
  /** The job of the attempt `claim` is to be asked for, for the time after `polls` times. */
  | (Addressed & { readonly kind: "poll"; readonly claim: number; readonly polls: number })
  /** The attempt `claim` is over without its job. */
  | (Addressed &
      Announced & {
        readonly kind: "stop-job";
        readonly claim: number;
        readonly resource: string;
        readonly roleArn?: string;
        readonly note: string;
      })
  /** The execution that the attempt `claim` started has ended. */
  | (Addressed & { readonly kind: "child-ended"; readonly claim: number; readonly child: ExecutionId })
  /** The claim that started this execution has ended without it. */
  | (Addressed & Announced & { readonly kind: "abandoned"; readonly parent: SegmentKey })
  /** TimeoutSeconds of the machine are over. */
  | (Addressed & OfEpoch & { readonly kind: "deadline" })
  /** The head of the branch has not moved since `seq`: its message may be lost. */
  | (Addressed & { readonly kind: "heal"; readonly seq: number })
  /** What the store keeps of this execution is given another term; `anew`: even if it seems to have it. */
  | (Addressed & { readonly kind: "keep"; readonly anew?: true })
  /** An append outside a message, under `key`, may have died before its effects. */
  | (Addressed & { readonly kind: "guard"; readonly key: string });

/** The charge that a message stands for; segments carry it as `by`. */
export function keyOf(command: Command): string {
  switch (command.kind) {
    case "advance":
      return String(command.seq);
    case "express":
      return `express:${command.run}`;
    case "resume":
      return `resume:${command.header.epoch}`;
    case "run-work":
      return `work:${command.seq}`;
    case "run-token":
      return `token:${command.token.generation}.${command.token.slot}${since(command)}`;
    case "run-redrive":
      return `redrive:${command.chunk}.${command.place}${since(command)}`;
    case "run-shift":
      return `shift:${command.taker}${since(command)}`;
    case "run-news":
      return `${newsKey(command.news)}${since(command)}`;
    case "run-ended":
      return `run:${command.claim}`;
    case "joined":
      return `joined:${command.claim}${since(command)}`;
    case "branch-failed":
      return `failed:${command.claim}.${command.index}${since(command)}`;
    case "task-timer":
      return `${command.by}:${command.claim}`;
    case "poll":
      return `poll:${command.claim}.${command.polls}`;
    case "stop-job":
      return `stop-job:${command.claim}`;
    case "child-ended":
      return `child:${command.claim}`;
    case "abandoned":
      return `abandoned:${command.parent.branch}#${command.parent.seq}`;
    case "deadline":
      return `deadline${since(command)}`;
    case "heal":
      return `heal:${command.seq}`;
    case "keep":
      return "keep";
    case "guard":
      return command.key;
  }
}

function since({ epoch }: OfEpoch): string {
  return epoch === undefined ? "" : `@${epoch}`;
}
