/**
 * What an expression can see while a field of a state is evaluated. JSONPath knows `$` (input), `$$`
 * (context) and `$name` (variables); JSONata sees the same under `$states` and `$name`.
 */
import type { Value } from "../json.ts";
import type { Instant } from "../position.ts";

export interface EvaluationScope {
  /** The document `$` stands for; under JSONata `$states.input`. */
  readonly input: Value;
  /** The context object, built when somebody asks. */
  readonly context: () => Value;
  readonly variables: ReadonlyMap<string, Value>;
  /** JSONata: `$states.result`, where the field may see it. */
  readonly result?: Value;
  /** JSONata: `$states.errorOutput`, inside a Catch. */
  readonly errorOutput?: Value;
  readonly now: Instant;
  /** In [0, 1), the same for the same label at the same place. */
  readonly chance: (label: string) => number;
}
