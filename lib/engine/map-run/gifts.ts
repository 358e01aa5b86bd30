/**
 * The tokens of a Map Run: as many are given out as children may run at once, again when there are more children or
 * MaxConcurrency has risen. Pure, as the state that they are counted in (`run.ts`); who takes what stands in
 * `tokens.ts`.
 */
import type { RunState } from "./run.ts";

/** Tokens of slots `from` to `to - 1`. */
export interface Gift {
  readonly generation: number;
  readonly from: number;
  readonly to: number;
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

/** The tokens that there are children for and that nobody has are given out; `from` has to send them. */
export function giveTokens(state: RunState, from: string): RunState | undefined {
  const gift = { generation: state.concurrency.length - 1, from: state.tokens, to: tokensWanted(state) };
  if (gift.to <= gift.from) return undefined;
  return {
    ...state,
    tokens: gift.to,
    given: [...state.given, gift],
    unsent: [...(state.unsent ?? []), { from, gift }],
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
