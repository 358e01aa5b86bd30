/** Executions of one machine or of all: found by status, name, error or what went in and came out; stopped or redriven many at once. */
import { useState } from "preact/hooks";
import { count, moment } from "../../lib/cli/explain/words.ts";
import { useLive } from "../api/live.ts";
import { may, useSession } from "../api/session.ts";
import { ManyActs } from "../executions/acts.tsx";
import { ExecutionList } from "../executions/list.tsx";
import { type Asked, useExecutions } from "../executions/search.ts";
import { Failed } from "../parts/failure.tsx";
import { SearchField, useSearchText } from "../parts/search-field.tsx";
import { useTitle } from "../parts/title.ts";
import { statusWords } from "../parts/words.ts";
import { go, link } from "../route.ts";
import { allMachines } from "./machines.tsx";

const statuses = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"] as const;

export function ExecutionsPage({ query }: { readonly query: URLSearchParams }) {
  const asked: Asked = {
    machine: query.get("machine") ?? "",
    status: statuses.find((status) => status === query.get("status")) ?? "",
    search: query.get("q") ?? "",
    ...startedIn(query),
  };
  useTitle(asked.machine === "" ? "Executions" : `Executions of ${asked.machine}`);
  const session = useSession();
  const { found, error, more } = useExecutions(asked);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const executions = found?.executions ?? [];
  return (
    <section class="page">
      <h1>Executions</h1>
      <Filters asked={asked} />
      <StartedBetween asked={asked} />
      {error && <Failed error={error} />}
      {found && executions.length === 0 && <Nothing asked={asked} />}
      {executions.length > 0 && (
        <>
          {may(session, "operate") && (
            <ManyActs asked={asked} executions={executions} chosen={chosen} clear={() => setChosen(new Set())} />
          )}
          <ExecutionList
            executions={executions}
            machineShown={asked.machine === ""}
            choice={may(session, "operate") ? { chosen, choose: setChosen } : undefined}
          />
        </>
      )}
      {found && (
        <p class="quiet" role="status">
          {asked.search === "" ? "" : `Searched ${count(found.searched)}. `}
          {count(executions.length)} shown.{" "}
          {more && (
            <button type="button" onClick={more.ask}>
              {asked.search === "" ? "Show more" : "Search further back"}
            </button>
          )}
        </p>
      )}
      {more?.failed && <Failed error={more.failed} once />}
    </section>
  );
}

/** What is no moment asks for nothing. */
function startedIn(query: URLSearchParams): Pick<Asked, "from" | "until"> {
  const [from, until] = ["from", "until"].map((name) => {
    const at = Date.parse(query.get(name) ?? "");
    return Number.isNaN(at) ? undefined : new Date(at).toISOString();
  });
  return { ...(from !== undefined && { from }), ...(until !== undefined && { until }) };
}

function StartedBetween({ asked: { machine, status, search: q, from, until } }: { readonly asked: Asked }) {
  if (from === undefined && until === undefined) return null;
  return (
    <p class="scope">
      Only those that started {stretchWords(from, until)}.{" "}
      <a href={link(["executions"], { machine, status, q })}>Show those of any time</a>
    </p>
  );
}

function stretchWords(from: string | undefined, until: string | undefined): string {
  const [begins, ends] = [from, until].map((at) => at && moment(Date.parse(at), Date.now()));
  if (begins === undefined) return `before ${ends}`;
  return ends === undefined ? `from ${begins} on` : `between ${begins} and ${ends}`;
}

function Nothing({ asked }: { readonly asked: Asked }) {
  const { search, status, machine, from, until } = asked;
  const filtered = [search, status, machine, from ?? "", until ?? ""].some((given) => given !== "");
  return (
    <p class="empty">
      {filtered ? (
        "No execution matches."
      ) : (
        <>
          Nothing has run yet. Start an execution from its <a href={link(["machines"])}>machine</a>, or with{" "}
          <code>baton start MACHINE --input JSON</code>.
        </>
      )}
    </p>
  );
}

function Filters({ asked }: { readonly asked: Asked }) {
  const machines = useLive({ key: "machines", load: allMachines, settled: () => true });
  const [search, setSearch] = useSearchText(asked.search, (text) => change({ search: text }));
  const change = (to: Partial<Asked>): void => {
    const { machine, status, search: q, from, until } = { ...asked, search, ...to };
    go(link(["executions"], { machine, status, q, from, until }), { replace: true });
  };
  return (
    <search class="filters">
      <label>
        Machine
        <select value={asked.machine} onChange={(event) => change({ machine: event.currentTarget.value })}>
          <option value="">all</option>
          {(machines.value ?? []).map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        Status
        <select
          value={asked.status}
          onChange={(event) => change({ status: statuses.find((one) => one === event.currentTarget.value) ?? "" })}
        >
          <option value="">any</option>
          {statuses.map((status) => (
            <option key={status} value={status}>
              {statusWords[status]}
            </option>
          ))}
        </select>
      </label>
      <SearchField
        label="Search"
        text={search}
        change={setSearch}
        placeholder="ord-1004, or customer.id=7: name, error, input, output"
      />
    </search>
  );
}
