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
function tokensWanted(state: RunState, children: number): number {
  return Math.min(concurrencyOf(state), children - (state.keptChildren ?? 0));
}

/** The tokens that there are children for and that nobody has. */
export function giftFor(state: RunState, children = state.staged.children): Gift {
  const generation = state.concurrency.length - 1;
  return { generation, from: state.tokens, to: Math.max(state.tokens, tokensWanted(state, children)) };
}

export function giveTokens(state: RunState, gift: Gift): RunState | undefined {
  if (gift.to <= gift.from || state.given.some((one) => isSameGift(one, gift))) return undefined;
  // MaxConcurrency may have fallen since, and risen again: tokens that it has withdrawn do not come back.
  const lasting = Math.min(gift.to, ...state.concurrency.slice(gift.generation + 1));
  return { ...state, tokens: Math.max(state.tokens, lasting), given: [...state.given, gift] };
}

/** As `giveTokens`, of all that nobody has; `from` has to send them. */
export function giveUnsent(state: RunState, from: string): RunState | undefined {
  const gift = giftFor(state);
  const given = giveTokens(state, gift);
  return given && { ...given, unsent: [...(state.unsent ?? []), { from, gift }] };
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

function isSameGift(one: Gift, other: Gift): boolean {
  return one.generation === other.generation && one.from === other.from && one.to === other.to;
}
