/**
 * Public list prices of us-east-1, in US dollars, as AWS's pricing pages gave them in November 2026, and what is
 * assumed where nothing can be measured here. No free tier, no volume discount, no savings plan.
 */

export interface Price {
  readonly usd: number;
  readonly per: number;
  readonly unit: string;
  readonly source: string;
}

const million = 1e6;

export const prices = {
  writeUnit: {
    usd: 0.625,
    per: million,
    unit: "DynamoDB write request unit, on demand, standard table",
    source: "https://aws.amazon.com/dynamodb/pricing/on-demand/",
  },
  readUnit: {
    usd: 0.125,
    per: million,
    unit: "DynamoDB read request unit, on demand, standard table",
    source: "https://aws.amazon.com/dynamodb/pricing/on-demand/",
  },
  storedGigabyteMonth: {
    usd: 0.25 + 0.2,
    per: 1,
    unit: "GB-month in DynamoDB, with point-in-time recovery",
    source: "https://aws.amazon.com/dynamodb/pricing/on-demand/",
  },
  queueRequest: {
    usd: 0.4 + 0.1,
    per: million,
    unit: "SQS request of up to 64 KiB, standard queue, with the surcharge of fair queues (counted for every request)",
    source: "https://aws.amazon.com/sqs/pricing/",
  },
  invocation: {
    usd: 0.2,
    per: million,
    unit: "Lambda request",
    source: "https://aws.amazon.com/lambda/pricing/",
  },
  gigabyteSecond: {
    usd: 0.0000133334,
    per: 1,
    unit: "Lambda GB-second, arm64",
    source: "https://aws.amazon.com/lambda/pricing/",
  },
  apiRequest: {
    usd: 1,
    per: million,
    unit: "API Gateway HTTP API request of up to 512 KB",
    source: "https://aws.amazon.com/api-gateway/pricing/",
  },
  objectWrite: { usd: 0.005, per: 1_000, unit: "S3 PUT", source: "https://aws.amazon.com/s3/pricing/" },
  objectRead: { usd: 0.0004, per: 1_000, unit: "S3 GET", source: "https://aws.amazon.com/s3/pricing/" },
  logGigabyte: {
    usd: 0.5,
    per: 1,
    unit: "GB of logs taken in by CloudWatch",
    source: "https://aws.amazon.com/cloudwatch/pricing/",
  },
  secretMonth: {
    usd: 0.4,
    per: 1,
    unit: "secret and month",
    source: "https://aws.amazon.com/secrets-manager/pricing/",
  },
  alarmMonth: { usd: 0.1, per: 1, unit: "alarm and month", source: "https://aws.amazon.com/cloudwatch/pricing/" },
} as const satisfies Record<string, Price>;

export type PriceName = keyof typeof prices;

/** Step Functions Standard, per million state transitions: https://aws.amazon.com/step-functions/pricing/ */
export const stepFunctionsUsd = 25;
/** docs/ARCHITECTURE.md's budget: a tenth of it. */
export const budgetUsd = 2.5;

/**
 * Lambda's billed durations cannot be measured on this machine. These are assumed, for 512 MB (0.29 of a
 * processor): a processor's millisecond lasts 3.5 there, and a message costs about two, most of it the SDK's.
 */
export const assumed = {
  functionGigabytes: 0.5,
  /** Of each invocation, whatever it carries: the slowest write to DynamoDB and then the slowest send to SQS. */
  roundTripsMilliseconds: 20,
  /** Of each message of the flow queue: processor time, which the messages of a batch do not share. */
  flowMessageMilliseconds: 7,
  /** Of each task: two writes, a send, a deletion and the call. */
  taskMessageMilliseconds: 14,
  /** The tasks of a batch wait for their calls at the same time. */
  taskCallMilliseconds: 100,
  /** StartExecution: signature, the machine's row, guard, transaction, first message. */
  startMilliseconds: 50,
  /** What Lambda itself writes to the log: start and report of each invocation, as JSON. */
  logBytesPerInvocation: 800,
  /** The API's access log line. */
  logBytesPerApiRequest: 300,
  /** Retention of 90 days after the end and the 30 that a row outlives it. */
  storedMonths: 4,
} as const;
