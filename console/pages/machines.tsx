/** All state machines, found by name, tag or type: each leads to its definition and to its executions. */
import { count } from "../../lib/cli/explain/words.ts";
import { call } from "../api/client.ts";
import { may, useSession } from "../api/session.ts";
import type { Machine } from "../api/wire.ts";
import { type Found, useMachines } from "../machines/list.ts";
import { MachineTable } from "../machines/table.tsx";
import { Failed } from "../parts/failure.tsx";
import { SearchField, useSearchText } from "../parts/search-field.tsx";
import { useTitle } from "../parts/title.ts";
import { go, link } from "../route.ts";

export async function allMachines(): Promise<readonly Machine[]> {
  const machines: Machine[] = [];
  let nextToken: string | undefined;
  do {
    const page: { stateMachines: Machine[]; nextToken?: string } = await call("ListStateMachines", {
      maxResults: 1000,
      ...(nextToken !== undefined && { nextToken }),
    });
    machines.push(...page.stateMachines);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return machines;
}

export function MachinesPage({ query }: { readonly query: URLSearchParams }) {
  useTitle("Machines");
  const session = useSession();
  const [search, setSearch] = useSearchText(query.get("q") ?? "", (q) =>
    go(link(["machines"], { q }), { replace: true }),
  );
  const found = useMachines(search);
  const { shown, read, error } = found;
  return (
    <section class="page">
      <header class="title">
        <h1>Machines</h1>
        {may(session, "admin") && (
          <div class="acts">
            <a class="button" href={link(["create-machine"])}>
              Create…
            </a>
          </div>
        )}
      </header>
      <search class="filters">
        <SearchField
          label="Search"
          text={search}
          change={setSearch}
          placeholder="a name, team=payments for a tag, type=express"
        />
      </search>
      {error && <Failed error={error} />}
      {shown && read === 0 && !found.unread && (
        <p class="empty">
          There is no state machine yet.{" "}
          {may(session, "admin") && <a href={link(["create-machine"])}>Create one here</a>}
          {may(session, "admin") && ", or "}
          <code>baton run FILE</code> deploys a definition and runs it.
        </p>
      )}
      {shown && read > 0 && shown.length === 0 && !found.unread && <p class="empty">No machine matches.</p>}
      {shown && shown.length > 0 && <MachineTable machines={shown} />}
      {shown && read > 0 && <Counted found={found} searched={search.trim() !== ""} />}
    </section>
  );
}

function Counted({ found, searched }: { readonly found: Found; readonly searched: boolean }) {
  const { shown = [], matching, read, unread, more } = found;
  const all = `${count(read)}${unread ? " read so far" : ""}`;
  return (
    <p class="quiet" role="status">
      {searched ? `${count(matching)} of ${all} match. ` : ""}
      {count(shown.length)} shown.{" "}
      {more && (
        <button type="button" onClick={more}>
          Show more
        </button>
      )}
    </p>
  );
}
