/** An execution as it is read: its description, what it waits for, its history and what that tells state by state. */

import { useRef, useState } from "preact/hooks";
import { type Visit, visitsOf } from "../../lib/asl/history/visits.ts";
import type { AwsHistoryEvent } from "../../lib/asl/history.ts";
import type { Waiting } from "../../lib/cli/explain/story.ts";
import { executionArn } from "../api/arns.ts";
import { type ApiError, call, rest } from "../api/client.ts";
import { useLive } from "../api/live.ts";
import type { ExecutionDescription } from "../api/wire.ts";
import { endOfArn, executionPath } from "../route.ts";
import { type Ask, type Page, type Reading, readOn } from "./reading.ts";

export interface Read {
  readonly description: ExecutionDescription;
  readonly waiting: readonly Waiting[];
  readonly events: readonly AwsHistoryEvent[];
  readonly visits: readonly Visit[];
  /** Not all events are here yet, or there are more than a page can hold. */
  readonly partial?: "loading" | "cut";
}

const pageSize = 1_000;

export interface Watching {
  readonly value?: Read;
  readonly error?: ApiError;
  readonly again: () => void;
}

/** A long history is shown from its first page on, the first time. */
export function useExecution(machine: string, name: string): Watching {
  const [early, setEarly] = useState<Read>();
  const reading = useRef<Reading>(undefined);
  const load = async (): Promise<Read> => {
    const arn = await executionArn(machine, name);
    const description = await call<ExecutionDescription>("DescribeExecution", { executionArn: arn });
    const isOver = description.status !== "RUNNING";
    const waiting = isOver ? [] : await waitingFor(arn);
    const standing = { isOver, redrives: description.redriveCount ?? 0 };
    const isFirst = reading.current === undefined;
    const read = await readOn(reading.current, standing, pageOf(arn), (events) => {
      if (isFirst) setEarly({ description, waiting, events, visits: visitsOf(events), partial: "loading" });
    });
    reading.current = read;
    const { events, cut } = read;
    return { description, waiting, events, visits: visitsOf(events), ...(cut && { partial: "cut" as const }) };
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

function pageOf(arn: string): Ask {
  return async (nextToken) => {
    const input = { executionArn: arn, maxResults: pageSize, ...(nextToken !== undefined && { nextToken }) };
    const page = await call<Page>("GetExecutionHistory", input);
    return { ...page, events: page.events.map((event) => ({ ...event, timestamp: event.timestamp * 1_000 })) };
  };
}

async function waitingFor(arn: string): Promise<readonly Waiting[]> {
  const { waitingFor: waiting = [] } = await rest<{ waitingFor?: Waiting[] }>("GET", executionPath(arn));
  return waiting;
}
