/** The history, event by event: what only sets the scene hidden, only failures if asked; however long it is. */
import { useMemo, useState } from "preact/hooks";
import { detailsOf } from "../../lib/asl/history/visits.ts";
import type { AwsHistoryEvent } from "../../lib/asl/history.ts";
import { count, duration } from "../../lib/cli/explain/words.ts";
import { Payload } from "../parts/payload.tsx";
import { short } from "../parts/pretty.ts";
import type { Tone } from "../parts/status.tsx";
import { type RowPlace, VirtualList } from "../parts/virtual.tsx";

/** Between a state's beginning and its result they tell nothing that those do not. */
const noise = /^(?!Execution)\w*(Scheduled|Started|Submitted)$/;
const failure = /(Failed|TimedOut|Aborted)$/;

function toneOf(type: string): Tone {
  if (/(Failed|TimedOut)$/.test(type)) return "bad";
  if (/Aborted$/.test(type)) return "quiet";
  if (/(Succeeded|Exited)$/.test(type)) return "good";
  return "running";
}

/** Where in the machine an event happened. */
export interface EventPlace {
  readonly state: string;
  /** Absent where nothing tells which of them it was. */
  readonly visit?: number;
}

interface EventsProps {
  readonly events: readonly AwsHistoryEvent[];
  /** By the number of the event. */
  readonly places: ReadonlyMap<number, EventPlace>;
  readonly linkTo: (place: EventPlace) => string;
}

const rowHeight = 34;

export function Events({ events, places, linkTo }: EventsProps) {
  const [failedOnly, setFailedOnly] = useState(false);
  const [withNoise, setWithNoise] = useState(false);
  const [chosen, setChosen] = useState<number>();
  const shown = useMemo(
    () => events.filter(({ type }) => (failedOnly ? failure.test(type) : withNoise || !noise.test(type))),
    [events, failedOnly, withNoise],
  );
  const begun = events[0]?.timestamp ?? 0;
  const open = shown.find(({ id }) => id === chosen);
  return (
    <div class="events">
      <div class="bar">
        <label>
          <input type="checkbox" checked={failedOnly} onChange={() => setFailedOnly(!failedOnly)} /> failures only
        </label>
        <label>
          <input type="checkbox" checked={withNoise} disabled={failedOnly} onChange={() => setWithNoise(!withNoise)} />{" "}
          scheduled and started, too
        </label>
        <span class="quiet" role="status">
          {count(shown.length)} of {count(events.length)} events
        </span>
      </div>
      {shown.length === 0 && <p class="empty">{failedOnly ? "Nothing failed." : "No events."}</p>}
      {shown.length > 0 && (
        <VirtualList
          label="Events"
          count={shown.length}
          rowHeight={rowHeight}
          row={(index, place) => {
            const event = shown[index];
            if (!event) return null;
            return (
              <EventRow
                key={event.id}
                event={event}
                state={places.get(event.id)?.state}
                begun={begun}
                place={place}
                open={event.id === chosen}
                choose={() => setChosen(event.id === chosen ? undefined : event.id)}
              />
            );
          }}
        />
      )}
      {open && <EventDetails event={open} place={places.get(open.id)} linkTo={linkTo} />}
    </div>
  );
}

interface RowProps {
  readonly event: AwsHistoryEvent;
  readonly state: string | undefined;
  readonly begun: number;
  readonly place: RowPlace;
  readonly open: boolean;
  readonly choose: () => void;
}

function EventRow({ event, state, begun, place, open, choose }: RowProps) {
  const { id, type, timestamp } = event;
  return (
    <button type="button" class="event" {...place.at} tabIndex={place.tabIndex} aria-expanded={open} onClick={choose}>
      <span class="quiet number">{id}</span>
      <span class="quiet number">+{duration(timestamp - begun)}</span>
      <span class={`type tone-${toneOf(type)}`}>{type}</span>
      <span class="state">{state}</span>
      <span class="quiet gist">{gist(event)}</span>
    </button>
  );
}

function gist(event: AwsHistoryEvent): string {
  const details = detailsOf(event);
  const { error, cause, output, input } = details;
  if (error !== undefined || cause !== undefined) return short([error, cause].filter(Boolean).join(": "));
  const text = output ?? input ?? "";
  return typeof text === "string" ? short(text) : "";
}

interface DetailsProps extends Pick<EventsProps, "linkTo"> {
  readonly event: AwsHistoryEvent;
  readonly place: EventPlace | undefined;
}

function EventDetails({ event, place, linkTo }: DetailsProps) {
  const { id, type, previousEventId, timestamp } = event;
  const details = Object.entries(detailsOf(event));
  return (
    <section class="panel" aria-label={`Event ${id}`}>
      <h3>
        {id} {type}
      </h3>
      <p class="quiet">
        {new Date(timestamp).toISOString()}, follows event {previousEventId}.{" "}
        {place && <a href={linkTo(place)}>Look at {place.state}</a>}
      </p>
      {details.map(([name, value]) => (
        <Payload key={name} title={name} text={typeof value === "string" ? value : JSON.stringify(value)} />
      ))}
    </section>
  );
}
