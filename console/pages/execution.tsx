/** One execution: what it does or waits for in a line, then its graph, its time, its events and its data. */
import { useMemo } from "preact/hooks";
import type { Visit } from "../../lib/asl/history/visits.ts";
import { redriveIsInVain, storyOf } from "../../lib/cli/explain/story.ts";
import { call } from "../api/client.ts";
import { useLive } from "../api/live.ts";
import { ExecutionActs } from "../execution/acts.tsx";
import { Facts } from "../execution/facts.tsx";
import { Headline } from "../execution/headline.tsx";
import { type Read, useExecution } from "../execution/history.ts";
import { type ItemKey, inScope, readItem } from "../execution/scope.ts";
import { StatePanel } from "../execution/state-panel.tsx";
import { unreached } from "../execution/unreached.ts";
import { View, views } from "../execution/views.tsx";
import { Failed } from "../parts/failure.tsx";
import { StatusBadge } from "../parts/status.tsx";
import { useNow } from "../parts/time.tsx";
import { useTitle } from "../parts/title.ts";
import { statusWords } from "../parts/words.ts";
import { executionLink, link, type Query } from "../route.ts";

interface ExecutionPageProps {
  readonly machine: string;
  readonly name: string;
  /** The state that is chosen. */
  readonly state: string | undefined;
  readonly query: URLSearchParams;
}

export function ExecutionPage({ machine, name, state, query }: ExecutionPageProps) {
  const { value, error, again } = useExecution(machine, name);
  useTitle(value ? `${statusWords[value.description.status]}: ${name}` : name);
  return (
    <section class="page">
      <nav class="trail" aria-label="Where this is">
        <a href={link(["executions"])}>Executions</a>
        <span aria-hidden="true">/</span>
        <a href={link(["machines", machine])}>{machine}</a>
      </nav>
      {error && !value && <h1>{name}</h1>}
      {error && <Failed error={error} />}
      {!value && !error && <p class="empty">Loading…</p>}
      {value && (
        <>
          <header class="title">
            <h1>{name}</h1>
            <StatusBadge status={value.description.status} large />
            <ExecutionActs
              description={value.description}
              redriveInVain={redriveIsInVain(value.visits)}
              changed={again}
            />
          </header>
          <Body read={value} chosen={{ machine, name, state, query }} />
        </>
      )}
    </section>
  );
}

function Body({ read, chosen }: { readonly read: Read; readonly chosen: ExecutionPageProps }) {
  const { description, waiting, visits } = read;
  const { machine, name, state, query } = chosen;
  const now = useNow(description.status === "RUNNING");
  const story = storyOf({ description, waiting, visits, now });
  const item = readItem(query.get("item"));
  const seen = useMemo(() => inScope(visits, item), [visits, item?.visit, item?.index]);
  const view = views.find((each) => each === query.get("view")) ?? "graph";
  const toState = (to: string | undefined, more: Query = {}): string =>
    executionLink(machine, name, to, { view: view === "graph" ? undefined : view, item: itemText(item), ...more });
  const visit = chosenVisit(seen, state, query.get("visit")) ?? (state === undefined ? story.about : undefined);
  const definition = useDefinition(description.executionArn);
  const begun = description.startDate * 1_000;
  return (
    <>
      <Headline story={story} read={read} linkTo={(about) => toState(about.state, { visit: about.id })} />
      <Facts read={read} now={now} />
      <nav class="tabs" aria-label="Views">
        {views.map((each) => (
          <a
            key={each}
            href={executionLink(machine, name, state, { ...asQuery(query), view: each === "graph" ? undefined : each })}
            aria-current={each === view ? "page" : undefined}
          >
            {each}
          </a>
        ))}
      </nav>
      {item && <ItemScope item={item} visits={visits} leave={toState(undefined, { item: undefined })} />}
      <div class="split">
        <div class="panel view">
          <View view={view} {...{ read, seen, definition, now, toState }} chosen={visit} state={state} />
        </div>
        {visit ? (
          <StatePanel
            executionArn={description.executionArn}
            visit={visit}
            visits={seen.filter((each) => each.state === visit.state)}
            attempt={numberIn(query.get("attempt"))}
            begun={begun}
            now={now}
            linkTo={(to, attempt) => toState(to.state, { visit: to.id, attempt })}
            itemLink={(map, index) => toState(undefined, { item: `${map.id}.${index}` })}
          />
        ) : (
          <p class="panel empty">
            {state === undefined ? (
              "Choose a state to see its data."
            ) : (
              <Unvisited state={state} definition={definition} linkTo={toState} />
            )}
          </p>
        )}
      </div>
    </>
  );
}

interface UnvisitedProps {
  readonly state: string;
  readonly definition: string | undefined;
  readonly linkTo: (state: string) => string;
}

function Unvisited({ state, definition, linkTo }: UnvisitedProps) {
  const why = unreached(definition, state);
  if (why.kind === "not reached") return <>{state} was not reached.</>;
  if (why.kind === "unknown") return <>There is no state {state}.</>;
  return (
    <>
      {state} runs in the executions that {why.map} starts, of which each has a page of its own.{" "}
      <a href={linkTo(why.map)}>Look at {why.map}</a>
    </>
  );
}

function ItemScope({ item, visits, leave }: { item: ItemKey; visits: readonly Visit[]; leave: string }) {
  const map = visits.find(({ id }) => id === item.visit);
  return (
    <p class="scope">
      Shown of {map?.state ?? "the Map"}: item {item.index} only. <a href={leave}>Show all items</a>
    </p>
  );
}

/** The visit that the address names, else the latest of the state. */
function chosenVisit(seen: readonly Visit[], state: string | undefined, id: string | null): Visit | undefined {
  if (state === undefined) return undefined;
  const wanted = numberIn(id);
  return (
    seen.find((visit) => visit.state === state && visit.id === wanted) ??
    seen.findLast((visit) => visit.state === state)
  );
}

function numberIn(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function itemText(item: ItemKey | undefined): string | undefined {
  return item && `${item.visit}.${item.index}`;
}

function asQuery(query: URLSearchParams): Query {
  return Object.fromEntries(query);
}

/** It stays the same for as long as the execution lives. */
function useDefinition(executionArn: string): string | undefined {
  const { value } = useLive({
    key: executionArn,
    load: () => call<{ definition: string }>("DescribeStateMachineForExecution", { executionArn }),
    settled: () => true,
  });
  return value?.definition;
}
