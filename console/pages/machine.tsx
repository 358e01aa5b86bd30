/** One machine: its definition and graph side by side, its runs by state, its versions; and the way to start it. */
import { useState } from "preact/hooks";
import { machineArn } from "../api/arns.ts";
import { call } from "../api/client.ts";
import { useLive } from "../api/live.ts";
import { may, useSession } from "../api/session.ts";
import type { MachineDescription } from "../api/wire.ts";
import { Definition } from "../machine/definition.tsx";
import { RunGrid } from "../machine/grid.tsx";
import { OverTime } from "../machine/over-time.tsx";
import { type Period, periods } from "../machine/periods.ts";
import { StartDialog } from "../machine/start.tsx";
import { Versions } from "../machine/versions.tsx";
import { Failed } from "../parts/failure.tsx";
import { useTitle } from "../parts/title.ts";
import { link } from "../route.ts";

interface MachinePageProps {
  readonly name: string;
  readonly query: URLSearchParams;
}

const views = ["runs", "definition", "versions"] as const;

/** A machine is saved seldom. */
const restMilliseconds = 10_000;

export function MachinePage({ name, query }: MachinePageProps) {
  useTitle(name);
  const session = useSession();
  const [starting, setStarting] = useState(false);
  const [says, setSays] = useState("");
  const { value, error, again } = useLive({
    key: name,
    load: async () => call<MachineDescription>("DescribeStateMachine", { stateMachineArn: await machineArn(name) }),
    restMilliseconds,
  });
  const view = views.find((each) => each === query.get("view")) ?? "runs";
  return (
    <section class="page">
      <nav class="trail" aria-label="Where this is">
        <a href={link(["machines"])}>Machines</a>
      </nav>
      <header class="title">
        <h1>{name}</h1>
        <div class="acts">
          <a class="button" href={link(["executions"], { machine: name })}>
            All executions
          </a>
          {may(session, "start") && (
            <button type="button" class="primary" onClick={() => setStarting(true)}>
              Start…
            </button>
          )}
        </div>
      </header>
      {error && <Failed error={error} />}
      <nav class="tabs" aria-label="Views">
        {views.map((each) => (
          <a
            key={each}
            href={link(["machines", name], { view: each === "runs" ? undefined : each })}
            aria-current={each === view ? "page" : undefined}
          >
            {each}
          </a>
        ))}
      </nav>
      {value && view === "definition" && (
        <Definition machine={value} mayChange={may(session, "admin")} changed={again} />
      )}
      {says !== "" && <p role="status">{says}</p>}
      {value && view === "runs" && value.type === "EXPRESS" && (
        <p class="empty">
          Executions of an Express machine run in memory, and none is kept: what they came to stands in its log, if it
          writes one.
        </p>
      )}
      {value && view === "runs" && value.type === "STANDARD" && (
        <>
          <OverTime machine={name} period={periodIn(query)} />
          <RunGrid machine={value} />
        </>
      )}
      {value && view === "versions" && <Versions machine={value} />}
      {starting && (
        <StartDialog
          machine={name}
          input="{}"
          unkept={(started) => setSays(`${started} was started. Nothing of it is kept but what its log says.`)}
          close={() => setStarting(false)}
        />
      )}
    </section>
  );
}

function periodIn(query: URLSearchParams): Period {
  const asked = query.get("period");
  return asked !== null && Object.hasOwn(periods, asked) ? (asked as Period) : "day"; // a key of the table
}
