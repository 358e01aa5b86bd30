/**
 * Names that the stack gives and the functions read: table attributes, index, environment variables.
 * The stack imports this file and nothing else of the adapters.
 */

export const table = {
  partitionKey: "pk",
  sortKey: "sk",
  /** Seconds since 1970, as DynamoDB's time to live wants them. */
  expires: "ttl",
  /** Lists: machine # status # shard, newest first by start time and name. */
  listIndex: "list",
  listPartitionKey: "lpk",
  listSortKey: "lsk",
} as const;

export const environment = {
  table: "BATON_TABLE",
  flowQueueUrl: "BATON_FLOW_QUEUE_URL",
  tasksQueueUrl: "BATON_TASKS_QUEUE_URL",
  deadLetterQueueUrl: "BATON_DEAD_LETTER_QUEUE_URL",
  bucket: "BATON_BUCKET",
  /** Secret with the HMAC key of task and page tokens: `{"key": "<base64>"}`. */
  signingKeySecret: "BATON_SIGNING_KEY_SECRET",
  /** Secrets with the API's access keys, a comma between them: `{"accessKeyId", "secretAccessKey", "role"}` or `{"keys": [...]}` of such. */
  accessKeySecret: "BATON_ACCESS_KEY_SECRET",
  account: "BATON_ACCOUNT",
  /** Seconds after which the function that runs this is stopped. */
  functionTimeoutSeconds: "BATON_FUNCTION_TIMEOUT_SECONDS",
  retentionDays: "BATON_RETENTION_DAYS",
  /** `true`: AWS's own quotas hold for every execution. */
  strictQuotas: "BATON_STRICT_QUOTAS",
  /** If set, calls of Tasks are made under the state machine's own role. */
  machineRoles: "BATON_MACHINE_ROLES",
  /** `sts:ExternalId`, with which roles are assumed. */
  externalId: "BATON_EXTERNAL_ID",
  /** Limits on what Tasks call, as JSON. */
  resourceLimits: "BATON_RESOURCE_LIMITS",
  /** Of the functions that answer requests: who makes the calls of Tasks for them. */
  tasksFunction: "BATON_TASKS_FUNCTION",
  /** Of the function that starts executions for rules and schedules: the queue in which they wait. */
  startsQueueUrl: "BATON_STARTS_QUEUE_URL",
  /** Event bus for status changes of executions; not set: none are sent. */
  eventBus: "BATON_EVENT_BUS",
  /** If set, the functions print each request to AWS as one line of JSON: the bench counts them. */
  printRequests: "BATON_PRINT_REQUESTS",
} as const;

/** The functions of the stack; each is `lambdas/<name>.ts`, bundled to `dist/lambdas/<name>/index.mjs`, handler `index.handler`. */
export const functions = ["advance", "tasks", "api", "sync", "timers", "dead-letters", "heal"] as const;

/** Functions that are not in the stack of an installation but in those of its users; bundled in the same way. */
export const resourceFunctions = ["machine-resource", "start-execution"] as const;

/** As whose kind CloudFormation asks `machine-resource`. */
export const resourceTypes = { machine: "Custom::BatonStateMachine", activity: "Custom::BatonActivity" } as const;

/** Of the metrics that each execution leaves; those that begin with `AWS/` are AWS's own. */
export const metricNamespace = "Baton/States";
