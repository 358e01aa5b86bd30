/** What the REST face answers, as JSON Schemas for its document. The tests hold real answers against them. */

export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly $ref?: string;
}

const text: Schema = { type: "string" };
const count: Schema = { type: "integer", minimum: 0 };
const moment: Schema = { type: "string", format: "date-time" };
const anyJson: Schema = { description: "Any JSON value" };
const anyObject: Schema = { type: "object" };
const details: Schema = object({ included: { type: "boolean" } });
const status: Schema = { type: "string", enum: ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"] };

function object(required: Readonly<Record<string, Schema>>, optional: Readonly<Record<string, Schema>> = {}): Schema {
  return { type: "object", properties: { ...required, ...optional }, required: Object.keys(required) };
}

function list(items: Schema): Schema {
  return { type: "array", items };
}

/** A page of a list; the token leads to the next one. */
function page(members: Readonly<Record<string, Schema>>): Schema {
  return object(members, { nextToken: text });
}

const listed = {
  executionArn: text,
  stateMachineArn: text,
  name: text,
  status,
  startDate: moment,
  redriveCount: count,
};
const counts = object({
  pending: count,
  running: count,
  succeeded: count,
  failed: count,
  timedOut: count,
  aborted: count,
  total: count,
  resultsWritten: count,
  failuresNotRedrivable: count,
  pendingRedrive: count,
});
const startedBy = { stateMachineVersionArn: text, stateMachineAliasArn: text };
/** What went in, and what came of it. */
const outcome = {
  input: anyJson,
  inputDetails: details,
  output: anyJson,
  outputDetails: details,
  error: text,
  cause: text,
  traceHeader: text,
};
const machine = { stateMachineArn: text, name: text, type: text, creationDate: moment };

export const answers = {
  StateMachines: page({
    stateMachines: list(object({ ...machine, tags: list(object({ key: text, value: text })) })),
  }),
  CreatedStateMachine: object({ stateMachineArn: text, creationDate: moment }, { stateMachineVersionArn: text }),
  UpdatedStateMachine: object({ updateDate: moment }, { revisionId: text, stateMachineVersionArn: text }),
  Versions: page({ stateMachineVersions: list(object({ stateMachineVersionArn: text, creationDate: moment })) }),
  PublishedVersion: object({ stateMachineVersionArn: text, creationDate: moment }),
  Aliases: page({ stateMachineAliases: list(object({ stateMachineAliasArn: text, creationDate: moment })) }),
  StateMachine: object(
    { ...machine, status: text, definition: anyObject, roleArn: text },
    {
      loggingConfiguration: anyObject,
      tracingConfiguration: anyObject,
      encryptionConfiguration: anyObject,
      variableReferences: anyObject,
      revisionId: text,
    },
  ),
  Executions: page({ executions: list(object(listed, { stopDate: moment, redriveDate: moment, ...startedBy })) }),
  StartedExecution: object({ executionArn: text, startDate: moment }),
  SyncExecution: object(
    { executionArn: text, stateMachineArn: text, name: text, status, startDate: moment, stopDate: moment },
    {
      ...outcome,
      billingDetails: object({ billedDurationInMilliseconds: count, billedMemoryUsedInMB: count }),
    },
  ),
  Execution: object(
    { ...listed, redriveStatus: text },
    {
      ...startedBy,
      stopDate: moment,
      ...outcome,
      redriveDate: moment,
      redriveStatusReason: text,
      waitingFor: list(object({ branch: text, state: text, reason: text }, { since: moment, until: moment })),
    },
  ),
  History: page({ events: list(object({ id: count, timestamp: moment, type: text }, { previousEventId: count })) }),
  Origin: object({}, { parentExecutionArn: text, parentState: text }),
  FunctionLines: object({
    kept: { type: "boolean" },
    lines: list(object({ at: moment, functionName: text, stream: text, line: text })),
    dropped: count,
  }),
  FoundExecutions: page({
    executions: list(object(listed, { stopDate: moment, redriveDate: moment, error: text, cause: text, ...startedBy })),
    searched: count,
  }),
  Runs: object({
    runs: list(
      object(
        { executionArn: text, name: text, status, startDate: moment, states: anyObject },
        { stopDate: moment, error: text },
      ),
    ),
  }),
  Counts: object({
    read: count,
    complete: { type: "boolean" },
    since: moment,
    parts: list(object({ from: moment, until: moment, counts: anyObject })),
  }),
  OpenTasks: page({
    tasks: list(
      object(
        {
          id: text,
          executionArn: text,
          stateMachineArn: text,
          branch: text,
          state: text,
          attempt: count,
          since: moment,
          arguments: anyJson,
          token: text,
        },
        { until: moment, heartbeatSeconds: count, question: text, description: text, schema: anyObject },
      ),
    ),
  }),
  MapRuns: page({
    mapRuns: list(
      object({ executionArn: text, mapRunArn: text, stateMachineArn: text, startDate: moment }, { stopDate: moment }),
    ),
  }),
  MapRun: object(
    {
      mapRunArn: text,
      executionArn: text,
      status,
      startDate: moment,
      maxConcurrency: count,
      toleratedFailurePercentage: { type: "number" },
      toleratedFailureCount: count,
      itemCounts: counts,
      executionCounts: counts,
      redriveCount: count,
    },
    { stopDate: moment, redriveDate: moment },
  ),
  StoppedExecution: object({ stopDate: moment }),
  RedrivenExecution: object({ redriveDate: moment }),
  Problem: object(
    { type: text, title: text, status: count, detail: text, requestId: text },
    { resourceName: text, reason: text },
  ),
} satisfies Record<string, Schema>;

export type AnswerName = keyof typeof answers;
