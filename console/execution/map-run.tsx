/** A Distributed Map: its items are executions of their own, counted by its Map Run. */
import { call } from "../api/client.ts";
import { useLive } from "../api/live.ts";
import type { Execution } from "../api/wire.ts";
import { Failed } from "../parts/failure.tsx";
import { StatusBadge } from "../parts/status.tsx";
import { count } from "../parts/words.ts";
import { executionLink, namesIn } from "../route.ts";

interface MapRunAnswer {
  readonly status: string;
  readonly itemCounts: Readonly<Record<string, number>>;
}

interface Loaded {
  readonly run: MapRunAnswer;
  readonly children: readonly Execution[];
}

async function load(mapRunArn: string): Promise<Loaded> {
  const run = await call<MapRunAnswer>("DescribeMapRun", { mapRunArn });
  const listed = await call<{ executions: Execution[] }>("ListExecutions", { mapRunArn, maxResults: 100 });
  return { run, children: listed.executions };
}

export function MapRun({ arn }: { readonly arn: string }) {
  const { value, error } = useLive({
    key: arn,
    load: () => load(arn),
    settled: ({ run }) => run.status !== "RUNNING",
    restMilliseconds: 2_000,
  });
  if (error && !value) return <Failed error={error} />;
  if (!value) return <p class="quiet">…</p>;
  const { itemCounts } = value.run;
  const told = ["succeeded", "running", "pending", "failed", "aborted", "timedOut"].filter((name) => itemCounts[name]);
  return (
    <section aria-label="Items">
      <h3>Items</h3>
      <p>
        {told.map((name) => `${count(itemCounts[name] ?? 0)} ${name}`).join(", ")} of {count(itemCounts["total"] ?? 0)}
      </p>
      <ul class="children">
        {value.children.map(({ executionArn, name, status }) => {
          const { machine, name: own } = namesIn(executionArn);
          return (
            <li key={executionArn}>
              <StatusBadge status={status} /> <a href={executionLink(machine, own)}>{name}</a>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
