/**
 * What of a Map Run has not moved: the message that its phase calls for, the word of its end, the children that
 * run, and, where none runs, the tokens and the ends of those that have: what starts the next went with one of
 * them. Of Express children there are only the tokens to look at.
 */
import type { Instant } from "../../asl/position.ts";
import type { Engine } from "../engine.ts";
import { executionName } from "../identity.ts";
import { groupWidth } from "../join.ts";
import { messageOf } from "../messages.ts";
import type { ExecutionId, ExecutionSummary, MapRunId, Message } from "../ports.ts";
import { runHead } from "./log.ts";
import type { RunState } from "./run.ts";

export interface StillRun {
  /** What is to be sent, and since when it may have been lost. */
  readonly messages: readonly { readonly since: Instant; readonly reason: string; readonly message: Message }[];
  /** Executions to be looked at like any other. */
  readonly running: readonly ExecutionId[];
  /** Executions whose end is to be told again. */
  readonly ended: readonly ExecutionId[];
}

/** Undefined: it has not begun. */
export async function stillRun(engine: Engine, id: MapRunId): Promise<StillRun | undefined> {
  const head = await runHead(engine, id);
  if (!head) return undefined;
  const { phase, parent, startedAt } = head.state;
  if (phase.kind === "ended") {
    const { execution, branch, seq: claim } = parent;
    const message = messageOf({ kind: "run-ended", execution, branch, claim, run: id }, "flow");
    return { messages: [{ since: phase.stoppedAt, reason: "its Map Run has ended", message }], running: [], ended: [] };
  }
  const children = await childrenOf(engine, id, parent.execution);
  const running = children.filter(({ status }) => status === "RUNNING").map((child) => child.id);
  if (!("charge" in phase)) {
    if (running.length > 0) return { messages: [], running, ended: [] };
    const tokens = tokenMessages(id, head.state).map((message) => ({ since: startedAt, reason: noneRuns, message }));
    return { messages: tokens, running, ended: children.map((child) => child.id) };
  }
  const work = messageOf({ kind: "run-work", execution: id, branch: "", seq: phase.charge.seq }, "flow");
  return {
    messages: [{ since: startedAt, reason: `its Map Run is ${phase.kind}`, message: work }],
    running,
    ended: [],
  };
}

const noneRuns = "none of the children of its Map Run runs";

/** Given out again, a token finds the child that it has taken, or takes its first. */
function tokenMessages(id: MapRunId, { concurrency, tokens }: RunState): readonly Message[] {
  return concurrency.flatMap((most, generation) => {
    const given = generation === concurrency.length - 1 ? Math.min(tokens, most) : most;
    return Array.from({ length: given }, (_, slot) => {
      const chunk = generation === 0 ? Math.floor(slot / groupWidth) : 0;
      return messageOf({ kind: "run-token", execution: id, branch: "", token: { slot, generation }, chunk }, "flow");
    });
  });
}

const pageSize = 100;

async function childrenOf(engine: Engine, mapRun: MapRunId, parent: ExecutionId): Promise<readonly ExecutionSummary[]> {
  const { account, region, machine } = executionName(parent);
  const query = { tenant: { account, region }, machine, mapRun, limit: pageSize };
  const children: ExecutionSummary[] = [];
  for (let after: string | undefined; ; ) {
    const page = await engine.world.executions.list({ ...query, ...(after === undefined ? {} : { after }) });
    children.push(...page.items);
    after = page.next;
    if (after === undefined) return children;
  }
}
