/** The first step of a branch: a Map selects the item's input, then the branch goes on into its first state. */
import type { Definition, MapState } from "../definition.ts";
import { guarded } from "../failure.ts";
import type { Entered, Position } from "../position.ts";
import type { Moment, Transition } from "../transition.ts";
import { selectItem } from "./items.ts";
import { type Journal, openJournal, write } from "./journal.ts";
import { Payload } from "./payload.ts";
import type { Visit } from "./visit.ts";

/** Enters the branch's first state, with the journal that the beginning has written to. */
export type GoOn = (position: Position, journal: Journal) => Promise<Transition>;

export async function beginBranch(
  definition: Definition,
  position: Position,
  moment: Moment,
  goOn: GoOn,
): Promise<Transition> {
  const { scope } = position;
  if (scope === undefined) throw new Error("only a branch of a Map or Parallel begins; the root arrives");
  const journal = openJournal(position);
  if (scope.kind === "Parallel") return goOn(arriving(position, position.input), journal);
  const state = definition.states.get(scope.state);
  if (state?.type !== "Map") throw new Error(`'${scope.state}' is not a Map state of the definition`);
  if (!scope.firstWave) write(journal, "MapIterationStarted", { name: scope.state, index: scope.index });
  const visit = visitOfMap(definition, position, moment, journal, state);
  let selected: Position | undefined;
  const failed = await guarded(visit, async () => {
    if (position.item === undefined)
      throw new Error(`branch ${scope.index} of '${scope.state}' begins without its item`);
    selected = arriving(position, await selectItem(visit, position.item));
    return { events: journal.events, next: selected };
  });
  return selected === undefined ? failed : goOn(selected, journal);
}

/**
 * An item is selected at the place where the fork was made, so the Map's own …StateEntered is what a
 * failure names, if the branch was told (`entered`); and Retry and Catch of the Map are not the branch's:
 * they judge when the scope has closed.
 */
function visitOfMap(
  definition: Definition,
  position: Position,
  moment: Moment,
  journal: Journal,
  map: MapState,
): Visit<MapState> {
  const entered: Entered = position.entered ?? { at: moment.now, event: position.events, retryCount: 0 };
  const state: MapState = { ...map, retry: [], catch: [] };
  return { definition, state, position, entered, moment, journal, input: Payload.ofText(position.input) };
}

/**
 * `$$.Map.Item` is for the Map, "not within the states included in the Iterator section":
 * https://github.com/awsdocs/aws-step-functions-developer-guide/blob/master/doc_source/input-output-contextobject.md
 */
function arriving(position: Position, input: string): Position {
  const { item: _item, entered: _entered, ...rest } = position;
  return { ...rest, input, doing: { kind: "arriving" } };
}
