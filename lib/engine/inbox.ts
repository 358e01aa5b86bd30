/**
 * What waits for somebody outside: the open task tokens of running executions, each with a token that answers
 * it. Tokens are secrets, so this is for those who may act; what an execution waits for is `waiting.ts`.
 */
import { createHash } from "node:crypto";
import type { JsonText } from "../asl/json.ts";
import type { Instant, StateName, Working } from "../asl/position.ts";
import { branchesAtWork } from "./at-work.ts";
import { heartbeatDue } from "./claims.ts";
import type { Engine } from "./engine.ts";
import type { BranchPath, ExecutionId, SegmentKey } from "./ports.ts";
import { mintToken } from "./token.ts";
import { timeOut } from "./waiting.ts";

export interface OpenTask {
  /** Short, and the same as long as the task is open. */
  readonly id: string;
  readonly execution: ExecutionId;
  readonly branch: BranchPath;
  readonly state: StateName;
  /** 0 for the first. */
  readonly attempt: number;
  readonly since: Instant;
  /** When it fails unless it is answered: its time is over, or a heartbeat is due that nobody sends. */
  readonly until?: Instant;
  readonly heartbeatSeconds?: number;
  /** As they went out, with the token that went out in them. */
  readonly arguments: JsonText;
  /** Good for this task, as the one that went out is. */
  readonly token: string;
}

/** Of one execution: more is a list that nobody answers by hand. */
const mostOfOne = 1_000;

export async function openTasks(engine: Engine, id: ExecutionId): Promise<readonly OpenTask[]> {
  const tasks: OpenTask[] = [];
  for await (const { branch, position } of branchesAtWork(engine, id)) {
    const { doing, state } = position;
    if (doing.kind !== "working" || doing.call.pattern !== "token") continue;
    const claim = { execution: id, branch, seq: doing.claim };
    const until = await overAt(engine, claim, doing);
    const { attempt, heartbeatSeconds, arguments: given } = doing.call;
    tasks.push({
      id: shortId(id, branch, doing.claim),
      execution: id,
      branch,
      state,
      attempt,
      since: doing.since,
      ...(until === undefined ? {} : { until }),
      ...(heartbeatSeconds === undefined ? {} : { heartbeatSeconds }),
      arguments: given,
      token: mintToken(engine, claim, engine.world.clock.now()),
    });
    if (tasks.length >= mostOfOne) break;
  }
  return tasks;
}

async function overAt(engine: Engine, claim: SegmentKey, working: Working): Promise<Instant | undefined> {
  const ends = timeOut(working);
  const { heartbeatSeconds } = working.call;
  if (heartbeatSeconds === undefined) return ends;
  const beat = await heartbeatDue(engine, claim, working.since, heartbeatSeconds);
  return ends === undefined ? beat : Math.min(ends, beat);
}

function shortId(execution: ExecutionId, branch: BranchPath, claim: number): string {
  const hash = createHash("sha256").update(JSON.stringify([execution, branch, claim]));
  return `t-${hash.digest("hex").slice(0, 10)}`;
}
