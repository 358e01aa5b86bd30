/**
 * A parsed state machine: defaults filled in, every path, template and expression compiled. Past this
 * door nobody asks again whether a field is there. How it is read from JSON is `parse`; what each state
 * does is `states/`.
 */
import type { Comparison } from "./evaluate/choice.ts";
import type { Expression } from "./evaluate/expression.ts";
import type { Path, ReferencePath } from "./evaluate/path.ts";
import type { Template } from "./evaluate/template.ts";
import type { JsonText } from "./json.ts";
import type { StateName } from "./position.ts";

export type QueryLanguage = "JSONPath" | "JSONata";

export interface Definition {
  readonly startAt: StateName;
  /** Every state of the machine, nested ones too: a name stands for one state only. */
  readonly states: ReadonlyMap<StateName, State>;
  readonly timeoutSeconds?: number;
  /** Whether some path or expression may look at `$$.Execution.Input`: else nobody has to fetch it. */
  readonly asksForExecutionInput: boolean;
  /** The workflow variables that each state refers to, sorted, as DescribeStateMachine shows them; a state that refers to none is not here. */
  readonly variableReferences: ReadonlyMap<StateName, readonly string[]>;
}

/** The states of a Parallel branch or of a Map's processor. Its states stand in `Definition.states`. */
export interface Branch {
  readonly startAt: StateName;
  readonly states: readonly StateName[];
}

export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState;

export type StateType = State["type"];

/** A value written down, found by a path, or computed by a JSONata expression. */
export type Computed<T> =
  | { readonly kind: "literal"; readonly value: T }
  | { readonly kind: "path"; readonly path: Path }
  | { readonly kind: "template"; readonly template: Template }
  | { readonly kind: "expression"; readonly expression: Expression };

/** `undefined`: the field is absent, the value goes through as it is. `null`: the field is null, the value becomes `{}`. */
export type Filter = Path | null | undefined;

interface Common {
  readonly name: StateName;
  readonly comment?: string;
  readonly queryLanguage: QueryLanguage;
  readonly inputPath?: Filter;
  readonly outputPath?: Filter;
  /** JSONata `Output`. */
  readonly output?: Template;
  readonly assign?: Assign;
}

/** Variables and the template of each, in order. */
export type Assign = ReadonlyMap<string, Template>;

/** `End: true`, or the state that follows. */
export type Following = { readonly kind: "end" } | { readonly kind: "next"; readonly state: StateName };

interface Leaving extends Common {
  readonly following: Following;
}

interface Resulting extends Leaving {
  /** Parameters or Arguments. */
  readonly parameters?: Template;
  readonly resultSelector?: Template;
  /** `undefined`: `$`, the result takes the input's place. `null`: the result is thrown away. */
  readonly resultPath?: ReferencePath | null | undefined;
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

export interface PassState extends Leaving {
  readonly type: "Pass";
  readonly result?: JsonText;
  readonly parameters?: Template;
  readonly resultPath?: ReferencePath | null | undefined;
}

export interface TaskState extends Resulting {
  readonly type: "Task";
  readonly resource: string;
  readonly timeoutSeconds?: Computed<number>;
  readonly heartbeatSeconds?: Computed<number>;
  /** `Credentials`: its RoleArn. */
  readonly roleArn?: Computed<string>;
}

export interface ChoiceState extends Common {
  readonly type: "Choice";
  readonly choices: readonly ChoiceRule[];
  readonly default?: StateName;
}

export interface ChoiceRule {
  readonly condition: Comparison | Expression;
  readonly next: StateName;
  readonly output?: Template;
  readonly assign?: Assign;
}

export interface WaitState extends Leaving {
  readonly type: "Wait";
  readonly until:
    | { readonly kind: "seconds"; readonly seconds: Computed<number> }
    | { readonly kind: "timestamp"; readonly timestamp: Computed<string> };
}

export interface SucceedState extends Common {
  readonly type: "Succeed";
}

export interface FailState extends Common {
  readonly type: "Fail";
  readonly error?: Computed<string>;
  readonly cause?: Computed<string>;
}

export interface ParallelState extends Resulting {
  readonly type: "Parallel";
  readonly branches: readonly Branch[];
}

export interface MapState extends Resulting {
  readonly type: "Map";
  readonly processor: Branch;
  /** `ItemsPath`; absent: the effective input itself. */
  readonly itemsPath?: Path;
  /** JSONata `Items`. */
  readonly items?: Template;
  /** ItemSelector, or the older Parameters: evaluated once per item. */
  readonly itemSelector?: Template;
  /** 0: no limit of its own. */
  readonly maxConcurrency: Computed<number>;
  readonly toleratedFailureCount?: Computed<number>;
  readonly toleratedFailurePercentage?: Computed<number>;
  readonly distributed?: Distributed;
}

/** What only `Mode: DISTRIBUTED` has. */
export interface Distributed {
  readonly executionType: "STANDARD" | "EXPRESS";
  readonly label?: string;
  readonly itemReader?: ItemReader;
  readonly itemBatcher?: ItemBatcher;
  readonly resultWriter?: ResultWriter;
}

/** Where the items are read from, instead of from the input. */
export interface ItemReader {
  /** The ARN of `s3:getObject` or `s3:listObjectsV2`. */
  readonly resource: string;
  /** Parameters or Arguments: Bucket, Key or Prefix … */
  readonly parameters?: Template;
  readonly config: ReaderConfig;
}

export interface ReaderConfig {
  readonly inputType?: "CSV" | "JSON" | "JSONL" | "PARQUET" | "MANIFEST";
  readonly transformation?: "NONE" | "LOAD_AND_FLATTEN";
  readonly manifestType?: "ATHENA_DATA" | "S3_INVENTORY";
  readonly csvDelimiter?: "COMMA" | "PIPE" | "SEMICOLON" | "SPACE" | "TAB";
  readonly csvHeaderLocation?: "FIRST_ROW" | "GIVEN";
  readonly csvHeaders?: readonly string[];
  /** JSON Pointer to the array or object within the file. */
  readonly itemsPointer?: string;
  readonly maxItems?: Computed<number>;
}

/** Several items for one child; at least one limit is there. */
export interface ItemBatcher {
  readonly batchInput?: Template;
  readonly maxItemsPerBatch?: Computed<number>;
  readonly maxInputBytesPerBatch?: Computed<number>;
}

export interface ResultWriter {
  /** The ARN of `s3:putObject`; absent: the results are the state's result, in the form `config` names. */
  readonly resource?: string;
  readonly parameters?: Template;
  readonly config: WriterConfig;
}

export interface WriterConfig {
  readonly transformation: "NONE" | "COMPACT" | "FLATTEN";
  readonly outputType: "JSON" | "JSONL";
}

export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds?: number;
  readonly jitterStrategy: "FULL" | "NONE";
}

export interface Catcher {
  readonly errorEquals: readonly string[];
  readonly next: StateName;
  readonly resultPath?: ReferencePath | null | undefined;
  readonly output?: Template;
  readonly assign?: Assign;
}
