/**
 * The tokens of a Map Run: as many are given out as children may run at once, again when there are more children or
 * MaxConcurrency has risen. Pure, as the state that they are counted in (`run.ts`); who takes what stands in
 * `tokens.ts`.
 */
import type { Occasion, RunState } from "./run.ts";

/** Tokens of slots `from` to `to - 1`. */
export interface Gift {
  readonly generation: number;
  readonly from: number;
  readonly to: number;
  /** The chunk from which on they look for their first child; absent: from the beginning. Those of generation 0 have one each. */
  readonly frontier?: number;
}

export interface UnsentGift {
  readonly from: string;
  readonly gift: Gift;
}

/** How many may run at once now. */
export function concurrencyOf({ concurrency }: RunState): number {
  return concurrency.at(-1) ?? concurrency[0];
}

/** How many tokens there should be: no more than there are children to start. */
function tokensWanted(state: RunState): number {
  return Math.min(concurrencyOf(state), state.staged.children - (state.keptChildren ?? 0));
}

/** The tokens that there are children for and that nobody has are given out; `key` has to send them. */
export function giveTokens(
  state: RunState,
  { key, frontier }: Pick<Occasion, "key" | "frontier">,
): RunState | undefined {
  const generation = state.concurrency.length - 1;
  const [from, to] = [state.tokens, tokensWanted(state)];
  if (to <= from) return undefined;
  const gift = { generation, from, to, ...(generation > 0 && frontier !== undefined && { frontier }) };
  return {
    ...state,
    tokens: to,
    given: [...state.given, gift],
    unsent: [...(state.unsent ?? []), { from: key, gift }],
  };
}

/** What `key` has to send. */
export function unsentOf({ unsent = [] }: RunState, key: string): readonly Gift[] {
  return unsent.flatMap(({ from, gift }) => (from === key ? [gift] : []));
}

export function allSent({ unsent = [], ...state }: RunState, key: string): RunState | undefined {
  const left = unsent.filter(({ from }) => from !== key);
  if (left.length === unsent.length) return undefined;
  return left.length > 0 ? { ...state, unsent: left } : state;
}
