/** The budgets of docs/costs.md beside what was counted: each row a construct, as a difference between two machines. */
import { forkWidths, longRow, shortRow } from "./machines.ts";
import type { Measured } from "./run.ts";
import { minus, per, type Usage } from "./usage.ts";

export interface Budget {
  readonly writes: number;
  readonly reads: number;
  readonly sends: number;
}

export interface Row {
  readonly construct: string;
  readonly budget: Budget;
  readonly usage: Usage;
  /** What the budget leaves open. */
  readonly note?: string;
}

const flowState: Budget = { writes: 1, reads: 0, sends: 1 };
const task: Budget = { writes: 2, reads: 0, sends: 1 };
/** Claim, submission, result; the callback reads the head, and so does its guard a minute later. */
const token: Budget = { writes: 3, reads: 2, sends: 2 };
const redelivery: Budget = { writes: 1, reads: 1, sends: 0 };
/** Transaction and the end's update; guard and first message, of which the latter is the first state's own. */
const startAndEnd: Budget = { writes: 2, reads: 1, sends: 1 };

const groupWidth = 256;
/** Functions of a kind that run at the same time in the bench; each reads a fork or chunk for itself, once. */
const workers = 2;
/** Of a fork wider than one group: each group's items are staged, and each reports to the next level. */
const writesOfGroup = 2;

export function rowsOf({ usage, redelivery: copy }: Measured): readonly Row[] {
  const of = (name: string): Usage => {
    const found = usage.get(name);
    if (!found) throw new Error(`nothing was measured of ${name}`);
    return found;
  };
  const inARow = (name: string): Usage => per(minus(of(`${name}-long`), of(`${name}-short`)), longRow - shortRow);
  const pass = inARow("pass");
  return [
    { construct: "Pass", budget: flowState, usage: pass },
    { construct: "Choice", budget: flowState, usage: inARow("choice") },
    { construct: "Wait", budget: flowState, usage: inARow("wait") },
    { construct: "Succeed", budget: flowState, usage: minus(of("succeed"), of("one-pass")) },
    { construct: "Fail", budget: flowState, usage: minus(of("fail"), of("one-pass")) },
    { construct: "Task, request-response", budget: task, usage: inARow("task") },
    {
      construct: "Task, waitForTaskToken",
      budget: token,
      usage: inARow("token"),
      note: "one read is the callback's, the other its guard's, a minute later",
    },
    ...["parallel", "map"].flatMap((kind) => forkRows(kind, of)),
    {
      construct: "start + end",
      budget: startAndEnd,
      usage: minus(of("one-pass"), pass),
      note: "the read is the guard's, a minute later; the API also reads the machine's row",
    },
    { construct: "redelivery", budget: redelivery, usage: copy, note: "a late copy; the write is refused" },
  ];
}

/** What each further branch of one Pass costs, from one width to the next. */
function forkRows(kind: string, of: (name: string) => Usage): Row[] {
  return forkWidths.slice(1).map((width, index) => {
    const narrower = forkWidths[index] ?? 1;
    const further = width - narrower;
    const groups = Math.ceil(width / groupWidth);
    const reads = (groups * (1 + workers) + workers) / further;
    const writes = 3 + (groups > 1 ? (writesOfGroup * groups) / further : 0);
    return {
      construct: `${kind === "map" ? "Map" : "Parallel"} branch, width ${width}`,
      budget: { writes, reads, sends: 2 },
      usage: per(minus(of(`${kind}-${width}`), of(`${kind}-${narrower}`)), further),
    };
  });
}

/** Counts are exact, but for shares of requests. */
const tolerance = 1e-9;

export function isOver({ budget, usage }: Row): boolean {
  return (["writes", "reads", "sends"] as const).some((field) => usage[field] > budget[field] + tolerance);
}
