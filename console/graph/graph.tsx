/**
 * A machine's graph, coloured by a run: every state is a link to what happened in it. Where things stand is
 * lib/asl/graph's to say; the same layout is behind `baton graph`.
 */
import type { RefObject } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { graphOf } from "../../lib/asl/graph/graph.ts";
import { type Drawing, layout } from "../../lib/asl/graph/layout.ts";
import type { Visit } from "../../lib/asl/history/visits.ts";
import { parseJson } from "../../lib/asl/json.ts";
import { useRunCounts } from "../execution/run-counts.ts";
import { type Progress, progressOf } from "../execution/scope.ts";
import { Scroll } from "../parts/scroll.tsx";
import { Ways } from "./edges.tsx";
import { Boxes } from "./nodes.tsx";
import { takenEdges } from "./taken.ts";

export interface GraphProps {
  readonly definition: string;
  readonly visits?: readonly Visit[];
  readonly chosen?: string | undefined;
  readonly linkTo?: (state: string) => string;
  /** States that have a problem, to be marked. */
  readonly marked?: ReadonlySet<string>;
}

const nobody: readonly Visit[] = [];
const zooms = [0.5, 0.65, 0.8, 1, 1.25, 1.5] as const;

export function Graph({ definition, visits = nobody, chosen, linkTo, marked }: GraphProps) {
  const runs = useRunCounts(visits);
  const drawing = useMemo(() => drawn(definition), [definition]);
  const progress = useMemo(() => progressOf(visits, runs), [visits, runs]);
  const [chosenScale, setScale] = useState<number>();
  const box = useRef<HTMLElement>(null);
  const fitting = useFitting(box, drawing);
  useLayoutEffect(() => {
    if (box.current) bringIntoSight(box.current, box.current.querySelector(".chosen .node"));
  }, [chosen, drawing, fitting]);
  if (!drawing) return <p class="empty">There is nothing to draw yet.</p>;
  const scale = chosenScale ?? fitting;
  const smaller = zooms.findLast((each) => each < scale - 0.01);
  const larger = zooms.find((each) => each > scale + 0.01);
  return (
    <div class="graph">
      <div class="bar zoom">
        <button type="button" aria-label="Smaller" disabled={smaller === undefined} onClick={() => setScale(smaller)}>
          −
        </button>
        <span class="quiet">{Math.round(scale * 100)} %</span>
        <button type="button" aria-label="Larger" disabled={larger === undefined} onClick={() => setScale(larger)}>
          +
        </button>
      </div>
      <Scroll class="canvas" label="Graph" box={box}>
        <Picture drawing={drawing} progress={progress} visits={visits} {...{ scale, chosen, linkTo, marked }} />
      </Scroll>
    </div>
  );
}

/** Within the graph's own room: the page stays where it is. */
function bringIntoSight(room: HTMLElement, state: Element | null): void {
  if (!state) return;
  const [outer, inner] = [room.getBoundingClientRect(), state.getBoundingClientRect()];
  if (inner.bottom > outer.bottom || inner.top < outer.top) room.scrollTop += inner.top - outer.top - outer.height / 2;
  if (inner.right > outer.right || inner.left < outer.left)
    room.scrollLeft += inner.left - outer.left - outer.width / 2;
}

/** Smaller than that nobody reads it. */
const smallestFitting = 0.55;

/** The scale at which the drawing is as wide as its room. */
function useFitting(box: RefObject<HTMLElement | null>, drawing: Drawing | undefined): number {
  const [scale, setScale] = useState(1);
  useLayoutEffect(() => {
    const { current: element } = box;
    if (!element || !drawing) return;
    setScale(Math.max(smallestFitting, Math.min(1, element.clientWidth / Math.ceil(drawing.width))));
  }, [drawing]);
  return scale;
}

/** Half of a definition, while somebody writes it, draws nothing. */
function drawn(definition: string): Drawing | undefined {
  try {
    const graph = graphOf(parseJson(definition));
    return graph && layout(graph);
  } catch {
    return undefined;
  }
}

interface PictureProps {
  readonly drawing: Drawing;
  readonly progress: ReadonlyMap<string, Progress>;
  readonly visits: readonly Visit[];
  readonly scale: number;
  readonly chosen: string | undefined;
  readonly linkTo: ((state: string) => string) | undefined;
  readonly marked: ReadonlySet<string> | undefined;
}

function Picture({ drawing, progress, visits, scale, chosen, linkTo, marked }: PictureProps) {
  const taken = useMemo(() => takenEdges(drawing, visits), [drawing, visits]);
  const [width, height] = [Math.ceil(drawing.width), Math.ceil(drawing.height)];
  return (
    <svg viewBox={`0 0 ${width} ${height}`} width={width * scale} height={height * scale} aria-label="States">
      <defs>
        {["plain", "taken", "catch"].map((kind) => (
          <marker
            key={kind}
            id={`arrow-${kind}`}
            viewBox="0 0 10 10"
            refX="9"
            refY="5"
            markerUnits="userSpaceOnUse"
            markerWidth="10"
            markerHeight="10"
            orient="auto-start-reverse"
          >
            <path class={`head ${kind}`} d="M0 0L10 5L0 10z" />
          </marker>
        ))}
      </defs>
      <Boxes drawing={drawing} progress={progress} chosen={chosen} linkTo={linkTo} marked={marked} />
      <Ways drawing={drawing} taken={taken} />
    </svg>
  );
}
