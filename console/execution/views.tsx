/** The ways to look at an execution: as a graph, in time, event by event, and what went in and came out. */
import { useMemo } from "preact/hooks";
import type { Visit } from "../../lib/asl/history/visits.ts";
import { count } from "../../lib/cli/explain/words.ts";
import { Graph } from "../graph/graph.tsx";
import { Payload } from "../parts/payload.tsx";
import type { Query } from "../route.ts";
import { go } from "../route.ts";
import { type EventPlace, Events } from "./events.tsx";
import type { Read } from "./history.ts";
import { Timeline } from "./timeline.tsx";

export const views = ["graph", "timeline", "events", "input & output"] as const;

interface ViewProps {
  readonly view: (typeof views)[number];
  readonly read: Read;
  /** Those in scope. */
  readonly seen: readonly Visit[];
  readonly definition: string | undefined;
  readonly now: number;
  readonly chosen: Visit | undefined;
  readonly state: string | undefined;
  readonly toState: (state: string | undefined, more?: Query) => string;
}

export function View(props: ViewProps) {
  const { view, read, seen, definition, chosen, state, toState } = props;
  switch (view) {
    case "graph":
      return definition === undefined ? (
        <p class="empty">Loading…</p>
      ) : (
        <Graph definition={definition} visits={seen} chosen={chosen?.state ?? state} linkTo={toState} />
      );
    case "timeline":
      return <TimelineView {...props} />;
    case "events":
      return <EventsView read={read} toState={toState} />;
    case "input & output":
      return <InputAndOutput read={read} />;
  }
}

function TimelineView({ read, seen, now, chosen, toState }: ViewProps) {
  const { startDate, stopDate } = read.description;
  // While it runs, the end of the line moves once a second.
  const until = stopDate === undefined ? now : stopDate * 1_000;
  const choose = (visit: Visit): void => go(toState(visit.state, { visit: visit.id }), { replace: true });
  return (
    <Timeline
      visits={seen}
      started={startDate * 1_000}
      until={until}
      running={stopDate === undefined}
      whole={seen.length === read.visits.length}
      chosen={chosen}
      choose={choose}
    />
  );
}

function EventsView({ read: { events, partial }, toState }: Pick<ViewProps, "read" | "toState">) {
  const places = useMemo(() => placesOf(events), [events]);
  return (
    <>
      {partial === "loading" && <p class="quiet">More events are on their way…</p>}
      {partial === "cut" && <p class="quiet">The first {count(events.length)} events; `baton history` shows all.</p>}
      <Events events={events} places={places} linkTo={({ state, visit }) => toState(state, { visit })} />
    </>
  );
}

/** What ends several branches, or all, follows from one of them and belongs to none. */
const ofMany = /^(Execution|MapIteration|(Map|Parallel)State(Succeeded|Failed))/;

/** The state that each event belongs to, and its visit: what it says itself, else those of the event it follows from. */
function placesOf(events: Read["events"]): ReadonlyMap<number, EventPlace> {
  const places = new Map<number, EventPlace>();
  for (const { id, previousEventId, type, ...details } of events) {
    const { stateEnteredEventDetails, stateExitedEventDetails, evaluationFailedEventDetails } = details;
    const named =
      (stateEnteredEventDetails ?? stateExitedEventDetails)?.["name"] ?? evaluationFailedEventDetails?.["state"];
    if (ofMany.test(type)) continue;
    const before = places.get(previousEventId);
    if (stateEnteredEventDetails && typeof named === "string") places.set(id, { state: named, visit: id });
    else if (typeof named === "string" && named !== before?.state) places.set(id, { state: named });
    else if (before) places.set(id, before);
  }
  return places;
}

function InputAndOutput({ read: { description } }: { readonly read: Read }) {
  const { input, output } = description;
  return (
    <div class="flow">
      <h2 class="hidden">Input and output</h2>
      {input !== undefined && <Payload title="Input" text={input} />}
      {output === undefined ? (
        <p class="quiet">No output: {description.status === "RUNNING" ? "it still runs." : "it did not succeed."}</p>
      ) : (
        <Payload title="Output" text={output} />
      )}
    </div>
  );
}
