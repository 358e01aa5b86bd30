/**
 * A Distributed Map: its items are executions of their own, counted by its Map Run, with how many of them may fail
 * before all of it does. Each child has a page of its own.
 */
import { useState } from "preact/hooks";
import { type MapRunAnswer, toldCounts } from "../../lib/cli/explain/map-runs.ts";
import { count, several } from "../../lib/cli/explain/words.ts";
import { call } from "../api/client.ts";
import { useLive } from "../api/live.ts";
import type { Execution, Status } from "../api/wire.ts";
import { Failed } from "../parts/failure.tsx";
import { StatusBadge } from "../parts/status.tsx";
import { statusWords } from "../parts/words.ts";
import { executionLink, namesIn } from "../route.ts";
import { tolerance } from "./item-counts.ts";

export function MapRun({ arn }: { readonly arn: string }) {
  const { value, error } = useLive({
    key: arn,
    load: () => call<MapRunAnswer>("DescribeMapRun", { mapRunArn: arn }),
    settled: ({ status }) => status !== "RUNNING",
    restMilliseconds: 2_000,
  });
  if (error && !value) return <Failed error={error} />;
  if (!value) return <p class="quiet">…</p>;
  const { itemCounts, executionCounts, maxConcurrency } = value;
  return (
    <section aria-label="Items">
      <h3>Items</h3>
      <p>{toldCounts(itemCounts, "item")}</p>
      {executionCounts["total"] !== itemCounts["total"] && (
        <p class="quiet">In batches: {toldCounts(executionCounts, "child execution")}</p>
      )}
      <p class="quiet">
        {tolerance(value)}{" "}
        {maxConcurrency > 0 ? `At most ${count(maxConcurrency)} run at once.` : "As many as can run at once."}
      </p>
      <Children arn={arn} isOver={value.status !== "RUNNING"} begun={executionCounts["total"] ?? 0} />
    </section>
  );
}

const filters: readonly (Status | "")[] = [
  "",
  "FAILED",
  "TIMED_OUT",
  "RUNNING",
  "SUCCEEDED",
  "ABORTED",
  "PENDING_REDRIVE",
];
const pageSize = 50;

/** Of STANDARD ones the list has all. */
const unkept = "They were Express executions, of which none is kept: the counts are all that is known of them.";

interface Listed {
  readonly executions: readonly Execution[];
  readonly nextToken?: string;
}

async function listed(mapRunArn: string, statusFilter: Status | "", most: number): Promise<Listed> {
  const executions: Execution[] = [];
  let nextToken: string | undefined;
  do {
    const page: Listed = await call("ListExecutions", {
      mapRunArn,
      maxResults: Math.min(1_000, most - executions.length),
      ...(statusFilter !== "" && { statusFilter }),
      ...(nextToken !== undefined && { nextToken }),
    });
    executions.push(...page.executions);
    nextToken = page.nextToken;
  } while (nextToken !== undefined && executions.length < most);
  return { executions, ...(nextToken !== undefined && { nextToken }) };
}

interface ChildrenProps {
  readonly arn: string;
  readonly isOver: boolean;
  /** How many there are or were. */
  readonly begun: number;
}

function Children({ arn, isOver, begun }: ChildrenProps) {
  const [filter, setFilter] = useState<Status | "">("");
  const [most, setMost] = useState(pageSize);
  const { value, error } = useLive({
    key: `${arn} ${filter} ${most} ${isOver}`,
    load: () => listed(arn, filter, most),
    settled: () => isOver,
    restMilliseconds: 2_000,
  });
  return (
    <>
      <label class="label">
        Children{" "}
        <select value={filter} onChange={(event) => setFilter(event.currentTarget.value as Status | "")}>
          {filters.map((status) => (
            <option key={status} value={status}>
              {status === "" ? "all" : statusWords[status].toLowerCase()}
            </option>
          ))}
        </select>
      </label>
      {error && <Failed error={error} />}
      <ul class="children">
        {(value?.executions ?? []).map(({ executionArn, name, status }) => {
          const { machine, name: own } = namesIn(executionArn);
          return (
            <li key={executionArn}>
              <StatusBadge status={status} /> <a href={executionLink(machine, own)}>{name}</a>
            </li>
          );
        })}
      </ul>
      {value?.executions.length === 0 && <p class="quiet">{filter === "" && isOver && begun > 0 ? unkept : "None."}</p>}
      {value?.nextToken !== undefined && (
        <p>
          <button type="button" onClick={() => setMost(most + pageSize)}>
            {`Show ${several(pageSize, "more child", "more children")}`}
          </button>
        </p>
      )}
    </>
  );
}
