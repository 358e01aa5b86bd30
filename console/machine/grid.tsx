/**
 * The last runs of a machine and what came of each of its states in them: a column a run, a row a state. A row
 * with spots is a flaky state. Each square leads to the state in that run. The newest run stands first, next to the
 * names, which stay where they are: on a phone there is room for a few, and those are the ones that one looks for.
 */

import { Fragment } from "preact";
import { duration, several } from "../../lib/cli/explain/words.ts";
import { rest } from "../api/client.ts";
import { useLive } from "../api/live.ts";
import type { MachineDescription, Run, StateOfRun } from "../api/wire.ts";
import { Failed } from "../parts/failure.tsx";
import { Scroll } from "../parts/scroll.tsx";
import { stateLooks } from "../parts/status.tsx";
import { statusWords } from "../parts/words.ts";
import { executionLink } from "../route.ts";

export function RunGrid({ machine: { name, definition } }: { readonly machine: MachineDescription }) {
  const { value, error } = useLive({
    key: name,
    load: () => rest<{ runs: Run[] }>("GET", `state-machines/${encodeURIComponent(name)}/summary`),
    restMilliseconds: 2_000,
  });
  const runs = value?.runs ?? [];
  if (error && !value) return <Failed error={error} />;
  if (!value) return <p class="empty">Loading…</p>;
  if (runs.length === 0) return <p class="empty">It has not run yet.</p>;
  return (
    <div class="panel">
      <p class="quiet">
        {runs.length === 1
          ? "Its one run so far"
          : `The last ${runs.length} runs, the newest first, older ones to the right`}
        . A square is a state in a run, and leads to it:
      </p>
      <ul class="legend">
        {legend.map(([look, says]) => (
          <li key={look}>
            <span class={`square ${look}`} /> {says}
          </li>
        ))}
      </ul>
      <Scroll class="scroll runs" label="Runs by state">
        <table class="grid">
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col" class="number">
                Failed attempts
              </th>
              <th scope="col" class="number median">
                Median
              </th>
              {runs.map((run) => (
                <th scope="col" key={run.executionArn}>
                  <a
                    class={`square run ${run.status}`}
                    href={executionLink(name, run.name)}
                    title={`${run.name}: ${statusWords[run.status]}${run.error === undefined ? "" : `, ${run.error}`}`}
                  >
                    <span class="hidden">{`${run.name}: ${statusWords[run.status]}`}</span>
                  </a>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {statesIn(definition, runs).map((state) => (
              <tr key={state}>
                <th scope="row">
                  {state.split(humps).map((word, index) => (
                    <Fragment key={index}>
                      {index > 0 && <wbr />}
                      {word}
                    </Fragment>
                  ))}
                </th>
                <Totals runs={runs} state={state} />
                {runs.map((run) => (
                  <Square key={run.executionArn} machine={name} run={run} state={state} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </div>
  );
}

/** Where a long name may go on in the next line: `CheckStock` `AndFraud`. */
const humps = /(?<=[a-z\d])(?=[A-Z])|(?<=[-_. ])/;

const legend = [
  ["succeeded", "went well"],
  ["shaky", "went well after failed attempts"],
  ["caught", "failed and was caught"],
  ["failed", "failed"],
  ["running", "runs"],
  ["aborted", "was stopped"],
] as const;

function Square({ machine, run, state }: { readonly machine: string; readonly run: Run; readonly state: string }) {
  const found = run.states[state];
  if (!found) return <td />;
  // A state that went well in the end, but not at once, is what one looks for.
  const shown = found.status === "succeeded" && found.failures > 0 ? "shaky" : found.status;
  const says = `${state} in ${run.name}: ${textOf(found)}`;
  return (
    <td>
      <a class={`square ${shown}`} href={executionLink(machine, run.name, state)} title={says}>
        <span class="hidden">{says}</span>
      </a>
    </td>
  );
}

function textOf({ status, visits, failures, milliseconds }: StateOfRun): string {
  return [
    stateLooks[status].word,
    ...(visits > 1 ? [several(visits, "visit")] : []),
    ...(failures > 0 ? [several(failures, "failed attempt")] : []),
    duration(milliseconds),
  ].join(", ");
}

function Totals({ runs, state }: { readonly runs: readonly Run[]; readonly state: string }) {
  const found = runs.flatMap(({ states }) => states[state] ?? []);
  const failures = found.reduce((sum, each) => sum + each.failures, 0);
  const times = found.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)];
  return (
    <>
      <td class="number">{failures > 0 ? failures : ""}</td>
      <td class="number median">{median === undefined ? "" : duration(median)}</td>
    </>
  );
}

/** In the order of the definition; what older definitions had comes after. */
function statesIn(definition: string, runs: readonly Run[]): readonly string[] {
  const seen = new Set(runs.flatMap(({ states }) => Object.keys(states)));
  const written = [...definition.matchAll(/"((?:[^"\\]|\\.)+)"\s*:\s*\{/g)].map(([, name = ""]) => name);
  return [...new Set([...written.filter((name) => seen.has(name)), ...seen])];
}
