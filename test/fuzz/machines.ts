/**
 * Random state machines that are valid by construction: all state types, both query languages, nested
 * forks, retriers and catchers, paths and expressions that mostly find something.
 */
import type { Draws } from "./draws.ts";
import { expressions, intrinsics, keys, literals, paths } from "./words.ts";

export type State = { readonly Type: string; readonly [field: string]: unknown };

export interface Chain {
  readonly StartAt: string;
  readonly States: Record<string, State>;
}

const sqs = "arn:aws:states:::sqs:sendMessage";
const token = "arn:aws:states:::lambda:invoke.waitForTaskToken";
const lambda = "arn:aws:lambda:us-east-1:123456789012:function:f";
const activity = "arn:aws:states:us-east-1:123456789012:activity:a";

export class Author {
  readonly #draws: Draws;
  readonly #jsonata: boolean;
  #names = 0;

  constructor(draws: Draws) {
    this.#draws = draws;
    this.#jsonata = draws.chance(40);
  }

  /** A machine of five states or more, the first of which cannot fail. */
  machine(): Chain & { readonly QueryLanguage?: string } {
    const assigning: State = { Type: "Pass", Assign: { v: this.#value(1) } };
    const chain = this.#chain(3, [assigning, ...Array.from({ length: 4 }, () => this.#plain())]);
    return this.#jsonata ? { ...chain, QueryLanguage: "JSONata" } : chain;
  }

  #chain(depth: number, first: readonly State[] = []): Chain {
    const fallback = this.#name();
    const rest = Array.from({ length: 1 + this.#draws.below(3) }, () => this.#state(depth, fallback));
    const ended = rest.findIndex((state) => state.Type === "Fail" || state.Type === "Succeed");
    const states = [...first, ...(ended < 0 ? rest : rest.slice(0, ended + 1))];
    const names = states.map(() => this.#name());
    const linked = states.map((state, index): [string, State] => [
      names[index] ?? "",
      linkedTo(state, names[index + 1], fallback),
    ]);
    const isUsed = linked.some(([, state]) => "Catch" in state || state["Default"] === fallback);
    return {
      StartAt: names[0] ?? "",
      States: Object.fromEntries(isUsed ? [...linked, [fallback, { Type: "Pass", End: true }]] : linked),
    };
  }

  /** Cannot fail, whatever its input. */
  #plain(): State {
    const draws = this.#draws;
    if (draws.chance(20)) return { Type: "Wait", Seconds: draws.below(3) };
    if (this.#jsonata) return { Type: "Pass", ...(draws.chance(30) ? { Output: this.#value(2) } : {}) };
    return { Type: "Pass", ...(draws.chance(60) ? { Result: this.#value(2) } : {}) };
  }

  #state(depth: number, fallback: string): State {
    const draws = this.#draws;
    switch (draws.below(depth > 0 ? 10 : 7)) {
      case 0:
        return this.#shaped({ Type: "Pass", ...(this.#jsonata ? {} : this.#parameters()) });
      case 1:
        return this.#shaped({ Type: "Wait", ...this.#wait() });
      case 2:
        return { ...this.#choice(), Default: fallback };
      case 3:
        return draws.chance(50) ? { Type: "Succeed" } : { Type: "Fail", Error: "Planned", Cause: draws.one(literals) };
      case 4:
      case 5:
      case 6:
        return this.#judged(
          { Type: "Task", Resource: draws.one([sqs, lambda, token, activity]), ...this.#task() },
          fallback,
        );
      case 7:
      case 8: {
        const branches = Array.from({ length: 1 + draws.below(3) }, () => this.#chain(depth - 1));
        return this.#judged({ Type: "Parallel", Branches: branches }, fallback);
      }
      default:
        return this.#judged(this.#map(depth), fallback);
    }
  }

  #map(depth: number): State {
    const draws = this.#draws;
    const items = this.#jsonata
      ? { Items: draws.one(["{% [1..5] %}", "{% $states.input.list %}", [1, { b: 2 }]]) }
      : { ItemsPath: draws.one(["$$.Execution.Input", "$.list", "$"]) };
    const selector = draws.chance(30) ? { ItemSelector: this.#template(1) } : {};
    return {
      Type: "Map",
      ...items,
      ...selector,
      MaxConcurrency: draws.below(4),
      ItemProcessor: { ...this.#mode(), ...this.#chain(depth - 1) },
    };
  }

  /** Now and then the iterations are executions of their own. */
  #mode(): object {
    if (!this.#draws.chance(15)) return {};
    return { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" } };
  }

  #task(): object {
    const draws = this.#draws;
    return {
      ...this.#parameters(),
      ...(draws.chance(30) ? { TimeoutSeconds: 2 + draws.below(3) } : {}),
      ...(!this.#jsonata && draws.chance(30) ? { ResultSelector: this.#template(1) } : {}),
    };
  }

  #parameters(): object {
    if (!this.#draws.chance(50)) return {};
    return this.#jsonata ? { Arguments: this.#template(2) } : { Parameters: this.#template(2) };
  }

  #wait(): object {
    const draws = this.#draws;
    if (this.#jsonata) return { Seconds: draws.one([1, "{% 1 + 1 %}", "{% $states.input.n %}", "{% -1 %}"]) };
    if (draws.chance(30)) return { TimestampPath: draws.one(["$$.Execution.StartTime", "$.s"]) };
    return draws.chance(50) ? { SecondsPath: draws.one(["$.n", "$.missing"]) } : { Seconds: draws.below(5) };
  }

  #choice(): State {
    const draws = this.#draws;
    if (this.#jsonata) {
      const condition = draws.one(["{% $states.input.n > 1 %}", "{% true %}", "{% $exists($v) %}", "{% 1 %}"]);
      return { Type: "Choice", Choices: [{ Condition: condition, Next: "" }] };
    }
    const rule = () => ({
      Variable: draws.one(["$.n", "$", "$.s", "$.list[0]", "$.missing"]),
      ...draws.one([
        { NumericGreaterThan: 1 },
        { IsPresent: true },
        { StringMatches: "t*x*" },
        { StringEqualsPath: "$.s" },
        { IsNull: true },
        { TimestampLessThan: "2025-01-01T00:00:00Z" },
      ]),
    });
    const nested = draws.one([rule(), { Not: rule() }, { And: [rule(), rule()] }, { Or: [rule()] }]);
    return { Type: "Choice", Choices: [{ ...nested, Next: "" }] };
  }

  /** Output, Assign, ResultPath and filters. */
  #shaped(state: State): State {
    const draws = this.#draws;
    const assign = draws.chance(20) ? { Assign: { [this.#name()]: this.#value(1) } } : {};
    if (this.#jsonata) return { ...state, ...assign, ...(draws.chance(30) ? { Output: this.#template(2) } : {}) };
    const place = draws.one([
      "$",
      "$.r",
      "$.a.r",
      "$.list[0]",
      null,
      "$.__proto__.polluted",
      "$.constructor.prototype.p",
    ]);
    return {
      ...state,
      ...assign,
      ...(state.Type !== "Wait" && draws.chance(30) ? { ResultPath: place } : {}),
      ...(draws.chance(10) ? { InputPath: draws.one(paths) } : {}),
      ...(draws.chance(10) ? { OutputPath: draws.one(["$", "$.a", "$.list[*]", null, "$.missing"]) } : {}),
    };
  }

  #judged(state: State, fallback: string): State {
    const draws = this.#draws;
    const names = draws.one([["States.ALL"], ["States.TaskFailed"], ["Random", "States.Timeout"]]);
    const jitter = draws.chance(30) ? { JitterStrategy: "FULL", MaxDelaySeconds: 4 } : {};
    return this.#shaped({
      ...state,
      ...(draws.chance(30) ? { Retry: [{ ErrorEquals: names, MaxAttempts: draws.below(3), ...jitter }] } : {}),
      ...(draws.chance(40) ? { Catch: [{ ErrorEquals: names, Next: fallback }] } : {}),
    });
  }

  /** An object in which some values are computed. */
  #template(depth: number): object {
    const draws = this.#draws;
    const members = draws.list(3, (): [string, unknown] => {
      const key = draws.one(keys);
      if (!draws.chance(50)) return [key, this.#value(depth - 1)];
      if (this.#jsonata) return [key, draws.one(expressions)];
      const query = draws.chance(50) ? draws.one(paths) : draws.one(intrinsics);
      return [`${key}.$`, query];
    });
    return Object.fromEntries(members);
  }

  #value(depth: number): unknown {
    const draws = this.#draws;
    const flat = JSON.parse(draws.one(literals));
    if (depth <= 0 || draws.chance(40)) return flat;
    return Object.fromEntries(draws.list(3, () => [draws.one(keys), this.#value(depth - 1)]));
  }

  #name(): string {
    this.#names += 1;
    return `S${this.#names}`;
  }
}

/** `Next` is the state that follows; a Choice goes there, too, if its rule holds. */
function linkedTo(state: State, next: string | undefined, fallback: string): State {
  if (state.Type === "Succeed" || state.Type === "Fail") return state;
  if (state.Type === "Choice") {
    const [rule] = state["Choices"] as readonly object[];
    return { ...state, Choices: [{ ...rule, Next: next ?? fallback }] };
  }
  return { ...state, ...(next === undefined ? { End: true } : { Next: next }) };
}
