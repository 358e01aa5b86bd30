/** Redrives that come to nothing: whoever ended in a Fail state ends there again. For many executions a request each. */
import { visitsOf } from "../../asl/history/visits.ts";
import type { AwsHistoryEvent } from "../../asl/history.ts";
import { redriveIsInVain } from "./story.ts";
import { count } from "./words.ts";

/** The API, as far as it is asked here. */
export type AskHistory = (
  operation: "GetExecutionHistory",
  input: object,
) => Promise<{ readonly events: readonly AwsHistoryEvent[] }>;

/** Of an execution that has ended. Where its history is longer than a page, the last page has the end. */
export async function endedInVain(ask: AskHistory, executionArn: string): Promise<boolean> {
  const question = { executionArn, reverseOrder: true, includeExecutionData: false, maxResults: 1_000 };
  const { events } = await ask("GetExecutionHistory", question);
  return redriveIsInVain(visitsOf([...events].reverse()));
}

export function failsAgain(who: "it" | "they"): string {
  return `${who} will fail again, as a Fail state always does.`;
}

/** How many ended so, of how many that were looked at, of how many there are. */
export interface Looked {
  readonly inVain: number;
  readonly looked: number;
  readonly all: number;
}

/** The warning before many are redriven; undefined: none of those looked at. */
export function manyInVain({ inVain, looked, all }: Looked): string | undefined {
  if (inVain === 0) return undefined;
  const whose = looked < all ? `${count(inVain)} of the first ${count(looked)}` : `${count(inVain)} of them`;
  return `${whose} ended in a Fail state: ${failsAgain(inVain === 1 ? "it" : "they")}`;
}
