/** What the API answers, as far as the console reads it. Moments are seconds since 1970, as on the wire. */

export type Status = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "PENDING_REDRIVE";

export interface Machine {
  readonly stateMachineArn: string;
  readonly name: string;
  readonly type: "STANDARD" | "EXPRESS";
  readonly creationDate: number;
}

/** As REST lists it. */
export interface Tagged extends Machine {
  readonly tags: readonly { readonly key: string; readonly value: string }[];
}

export interface MachineDescription extends Machine {
  readonly status: string;
  readonly definition: string;
  readonly roleArn: string;
  readonly revisionId?: string;
  readonly description?: string;
}

export interface Execution {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: Status;
  readonly startDate: number;
  readonly stopDate?: number;
  readonly redriveCount?: number;
  readonly error?: string;
  readonly cause?: string;
}

export interface ExecutionDescription extends Execution {
  readonly input?: string;
  readonly output?: string;
  readonly stateMachineVersionArn?: string;
  readonly stateMachineAliasArn?: string;
  readonly redriveStatus?: string;
  readonly redriveStatusReason?: string;
  readonly mapRunArn?: string;
}

export interface Found<E = Execution> {
  readonly executions: readonly E[];
  readonly searched: number;
  readonly nextToken?: string;
}

/** On REST moments are in ISO 8601. */
export type RestExecution = Omit<Execution, "startDate" | "stopDate"> & {
  readonly startDate: string;
  readonly stopDate?: string;
};

export function inSeconds({ startDate, stopDate, ...rest }: RestExecution): Execution {
  return {
    ...rest,
    startDate: Date.parse(startDate) / 1_000,
    ...(stopDate !== undefined && { stopDate: Date.parse(stopDate) / 1_000 }),
  };
}

/** What the function of an attempt printed; moments in ISO 8601. */
export interface FunctionLines {
  /** False: the functions run elsewhere, and so are their lines. */
  readonly kept: boolean;
  readonly lines: readonly {
    readonly at: string;
    readonly stream: "stdout" | "stderr";
    readonly line: string;
  }[];
  readonly dropped: number;
}

export interface StateOfRun {
  readonly status: "running" | "retrying" | "succeeded" | "caught" | "failed" | "aborted";
  readonly visits: number;
  readonly failures: number;
  readonly milliseconds: number;
}

export type Run = Omit<RestExecution, "stateMachineArn"> & {
  readonly states: Readonly<Record<string, StateOfRun>>;
};

/** How many executions started in a part of the time, by what came of them. */
export interface CountsOfPart {
  readonly from: string;
  readonly until: string;
  readonly counts: Readonly<Partial<Record<Status, number>>>;
}

export interface Counts {
  readonly read: number;
  /** False: there are more, from before `since`. */
  readonly complete: boolean;
  readonly since: string;
  readonly parts: readonly CountsOfPart[];
}

export interface Diagnostic {
  readonly severity: "ERROR" | "WARNING";
  readonly code: string;
  readonly message: string;
  readonly location?: string;
}

export interface Version {
  readonly stateMachineVersionArn: string;
  readonly creationDate: number;
}

export interface Alias {
  readonly stateMachineAliasArn: string;
  readonly creationDate: number;
}
