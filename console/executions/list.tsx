/** The list itself: one row an execution, of which only those in sight are drawn. */

import { readCause } from "../../lib/cli/explain/cause.ts";
import { duration, moment, relative } from "../../lib/cli/explain/words.ts";
import type { Execution } from "../api/wire.ts";
import { StatusBadge } from "../parts/status.tsx";
import { useNow } from "../parts/time.tsx";
import { type RowPlace, VirtualList } from "../parts/virtual.tsx";
import { executionLink, nameIn } from "../route.ts";

export interface Choice {
  readonly chosen: ReadonlySet<string>;
  readonly choose: (chosen: ReadonlySet<string>) => void;
}

interface ListProps {
  readonly executions: readonly Execution[];
  readonly machineShown: boolean;
  /** Absent: nothing can be done with several. */
  readonly choice: Choice | undefined;
}

const rowHeight = 50;
export const executionsLabel = "Executions";

export function ExecutionList({ executions, machineShown, choice }: ListProps) {
  const now = useNow();
  return (
    <div class="executions">
      <VirtualList
        label={executionsLabel}
        count={executions.length}
        rowHeight={rowHeight}
        row={(index, { at, tabIndex }) => {
          const execution = executions[index];
          if (!execution) return null;
          return (
            <div class="execution" {...at} key={execution.executionArn}>
              {choice && <Chooser execution={execution} choice={choice} tabIndex={tabIndex} />}
              <Row execution={execution} machineShown={machineShown} now={now} tabIndex={tabIndex} />
            </div>
          );
        }}
      />
    </div>
  );
}

function Chooser({
  execution,
  choice: { chosen, choose },
  tabIndex,
}: {
  readonly execution: Execution;
  readonly choice: Choice;
  readonly tabIndex: RowPlace["tabIndex"];
}) {
  const { executionArn: arn, name } = execution;
  const toggle = (): void => {
    const next = new Set(chosen);
    if (!next.delete(arn)) next.add(arn);
    choose(next);
  };
  const label = `Choose ${name}`;
  return <input type="checkbox" checked={chosen.has(arn)} onChange={toggle} aria-label={label} tabIndex={tabIndex} />;
}

interface RowProps {
  readonly execution: Execution;
  readonly machineShown: boolean;
  readonly now: number;
  readonly tabIndex: RowPlace["tabIndex"];
}

function Row({ execution, machineShown, now, tabIndex }: RowProps) {
  const { name, status, startDate, stopDate, error, cause, stateMachineArn } = execution;
  const machine = nameIn(stateMachineArn);
  const started = startDate * 1_000;
  const took = (stopDate === undefined ? now : stopDate * 1_000) - started;
  return (
    <>
      <StatusBadge status={status} />
      <span class="who">
        <a href={executionLink(machine, name)} tabIndex={tabIndex}>
          {name}
        </a>
        <span class="quiet">
          {error !== undefined && <span class="narrow">{machineShown ? `${error} · ` : error}</span>}
          {machineShown && machine}
        </span>
      </span>
      <span class="why" title={cause}>
        {error !== undefined && <strong>{error}</strong>} {readCause(cause).message}
      </span>
      <span class="when quiet">
        <time dateTime={new Date(started).toISOString()} title={moment(started, now)}>
          {relative(started, now)}
        </time>
      </span>
      <span class="took">{duration(took)}</span>
    </>
  );
}
