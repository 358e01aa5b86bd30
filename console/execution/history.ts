/** An execution as it is read: its description, what it waits for, its history and what that tells state by state. */

import { useRef, useState } from "preact/hooks";
import type { Visit } from "../../lib/asl/history/visits.ts";
import type { AwsHistoryEvent } from "../../lib/asl/history.ts";
import type { Waiting } from "../../lib/cli/explain/story.ts";
import { visitsIn } from "../../lib/cli/explain/visits.ts";
import { type ApiError, call, rest } from "../api/client.ts";
import { useLive } from "../api/live.ts";
import type { ExecutionDescription } from "../api/wire.ts";
import { executionArn } from "../executions/search.ts";
import { endOfArn, executionPath } from "../route.ts";

export interface Read {
  readonly description: ExecutionDescription;
  readonly waiting: readonly Waiting[];
  readonly events: readonly AwsHistoryEvent[];
  readonly visits: readonly Visit[];
  /** Not all events are here yet, or there are more than a page can hold. */
  readonly partial?: "loading" | "cut";
}

/** More events than that are for `baton history`. */
const mostEvents = 250_000;
const pageSize = 1_000;

interface Page {
  readonly events: readonly (AwsHistoryEvent & { readonly timestamp: number })[];
  readonly nextToken?: string;
}

export interface Watching {
  readonly value?: Read;
  readonly error?: ApiError;
  readonly again: () => void;
}

/** A long history is shown from its first page on, the first time. */
export function useExecution(machine: string, name: string): Watching {
  const [early, setEarly] = useState<Read>();
  const shown = useRef(false);
  const load = async (): Promise<Read> => {
    const arn = await executionArn(machine, name);
    const description = await call<ExecutionDescription>("DescribeExecution", { executionArn: arn });
    const waiting = description.status === "RUNNING" ? await waitingFor(arn) : [];
    const events: AwsHistoryEvent[] = [];
    let nextToken: string | undefined;
    do {
      const input = { executionArn: arn, maxResults: pageSize, ...(nextToken !== undefined && { nextToken }) };
      const page = await call<Page>("GetExecutionHistory", input);
      for (const event of page.events) events.push({ ...event, timestamp: event.timestamp * 1_000 });
      nextToken = page.nextToken;
      if (!shown.current && nextToken !== undefined) {
        shown.current = true;
        setEarly({ description, waiting, events: [...events], visits: visitsIn(events), partial: "loading" });
      }
    } while (nextToken !== undefined && events.length < mostEvents);
    shown.current = true;
    const cut = nextToken !== undefined && { partial: "cut" as const };
    return { description, waiting, events, visits: visitsIn(events), ...cut };
  };
  const arnEnd = endOfArn(machine, name);
  const { value, error, again } = useLive({
    key: arnEnd,
    load,
    execution: arnEnd,
    settled: ({ description }) => description.status !== "RUNNING",
  });
  const seen = value ?? early;
  return { again, ...(seen && { value: seen }), ...(error && { error }) };
}

async function waitingFor(arn: string): Promise<readonly Waiting[]> {
  const { waitingFor: waiting = [] } = await rest<{ waitingFor?: Waiting[] }>("GET", executionPath(arn));
  return waiting;
}
