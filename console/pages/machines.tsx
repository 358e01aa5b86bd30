/** All state machines: each leads to its definition and to its executions. */
import { call } from "../api/client.ts";
import { useLive } from "../api/live.ts";
import type { Machine } from "../api/wire.ts";
import { Failed } from "../parts/failure.tsx";
import { Scroll } from "../parts/scroll.tsx";
import { Moment, useNow } from "../parts/time.tsx";
import { useTitle } from "../parts/title.ts";
import { link } from "../route.ts";

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

export function MachinesPage() {
  useTitle("Machines");
  const { value, error } = useLive({ key: "machines", load: allMachines, restMilliseconds: 5_000 });
  const now = useNow();
  return (
    <section class="page">
      <h1>Machines</h1>
      {error && <Failed error={error} />}
      {value?.length === 0 && (
        <p class="empty">
          There is no state machine yet. <code>baton run FILE</code> deploys a definition and runs it.
        </p>
      )}
      {value && value.length > 0 && (
        <Scroll class="scroll" label="Machines">
          <table class="list">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col" class="aside">
                  Type
                </th>
                <th scope="col" class="aside">
                  Created
                </th>
                <th scope="col">Runs</th>
              </tr>
            </thead>
            <tbody>
              {value.map(({ name, type, creationDate }) => (
                <tr key={name}>
                  <th scope="row">
                    <a href={link(["machines", name])}>{name}</a>
                  </th>
                  <td class="aside">{type === "STANDARD" ? "Standard" : "Express"}</td>
                  <td class="aside">
                    <Moment at={creationDate * 1_000} now={now} />
                  </td>
                  <td>
                    <a href={link(["executions"], { machine: name })} aria-label={`Executions of ${name}`}>
                      executions
                    </a>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </section>
  );
}
