/**
 * What each integration needs: a row for each optimized call, a rule for `aws-sdk`. Calls of Step Functions
 * itself and activities are answered by Baton and need nothing of IAM.
 */
import { isArray, isObject, type JsonObject, property, type Value } from "../json.ts";
import type { Resource } from "../states/resource.ts";
import { iamAction, iamPrefix } from "./sdk-actions.ts";

/** Where the machine lives: names without an ARN are there. */
export interface Home {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

export interface Given {
  readonly home: Home;
  /** The state's Parameters or Arguments. */
  readonly parameters: JsonObject;
  readonly isJsonata: boolean;
}

export interface Need {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly note?: string;
}

/** A resource named by a parameter: how its ARN is made of the name, the name `*` standing for any. */
interface Named {
  readonly parameter: string | readonly string[];
  readonly arn: (name: string, home: Home) => string;
  /** For a name that is a URL, or anything else than a name. */
  readonly read?: (value: string) => string | undefined;
}

interface Row {
  readonly actions: readonly string[];
  readonly on?: Named;
  /** For those who wait for the job's end: on every resource, since its name is not known before it runs. */
  readonly sync?: readonly string[];
  readonly note?: string;
}

const of =
  (service: string, form: string): Named["arn"] =>
  (name, { partition, region, account }) =>
    `arn:${partition}:${service}:${region}:${account}:${form.replace("NAME", name)}`;

const lambdaFunction: Named = {
  parameter: "FunctionName",
  arn: of("lambda", "function:NAME"),
  // `123456789012:function:name` is a name, too.
  read: (value) => value.replace(/^\d{12}:function:/, ""),
};
const queue: Named = {
  parameter: "QueueUrl",
  arn: (name, home) => (name.startsWith("arn:") ? name : of("sqs", "NAME")(name, home)),
  read: queueName,
};
const topic: Named = { parameter: ["TopicArn", "TargetArn"], arn: of("sns", "NAME") };
const table: Named = { parameter: "TableName", arn: of("dynamodb", "table/NAME") };
const stateMachineJob = (service: string, parameter: string, form: string): Named => ({
  parameter,
  arn: of(service, form),
});
const passesRole = "it hands a role on: add iam:PassRole on that role";

/** By `service:action`. */
const rows: Readonly<Record<string, Row>> = {
  "lambda:invoke": { actions: ["lambda:InvokeFunction"], on: lambdaFunction },
  "sqs:sendMessage": { actions: ["sqs:SendMessage"], on: queue },
  "sns:publish": { actions: ["sns:Publish"], on: topic },
  "dynamodb:getItem": { actions: ["dynamodb:GetItem"], on: table },
  "dynamodb:putItem": { actions: ["dynamodb:PutItem"], on: table },
  "dynamodb:updateItem": { actions: ["dynamodb:UpdateItem"], on: table },
  "dynamodb:deleteItem": { actions: ["dynamodb:DeleteItem"], on: table },
  "batch:submitJob": {
    actions: ["batch:SubmitJob"],
    sync: ["batch:DescribeJobs", "batch:TerminateJob"],
  },
  "ecs:runTask": {
    actions: ["ecs:RunTask"],
    on: { parameter: "TaskDefinition", arn: of("ecs", "task-definition/NAME") },
    sync: ["ecs:DescribeTasks", "ecs:StopTask"],
    note: passesRole,
  },
  "glue:startJobRun": {
    actions: ["glue:StartJobRun"],
    on: stateMachineJob("glue", "JobName", "job/NAME"),
    sync: ["glue:BatchStopJobRun", "glue:GetJobRun"],
  },
  "databrew:startJobRun": {
    actions: ["databrew:StartJobRun"],
    on: stateMachineJob("databrew", "Name", "job/NAME"),
    sync: ["databrew:DescribeJobRun", "databrew:StopJobRun"],
  },
  "athena:startQueryExecution": {
    actions: ["athena:StartQueryExecution"],
    on: stateMachineJob("athena", "WorkGroup", "workgroup/NAME"),
    sync: ["athena:GetQueryExecution", "athena:StopQueryExecution"],
    note: "the query reads tables and buckets: add what it needs of glue and s3",
  },
  "athena:stopQueryExecution": { actions: ["athena:StopQueryExecution"] },
  "athena:getQueryExecution": { actions: ["athena:GetQueryExecution"] },
  "athena:getQueryResults": { actions: ["athena:GetQueryResults"] },
  "codebuild:startBuild": {
    actions: ["codebuild:StartBuild"],
    on: stateMachineJob("codebuild", "ProjectName", "project/NAME"),
    sync: ["codebuild:BatchGetBuilds", "codebuild:StopBuild"],
  },
  "codebuild:startBuildBatch": {
    actions: ["codebuild:StartBuildBatch"],
    on: stateMachineJob("codebuild", "ProjectName", "project/NAME"),
    sync: ["codebuild:BatchGetBuildBatches", "codebuild:StopBuildBatch"],
  },
  "sagemaker:createTrainingJob": {
    actions: ["sagemaker:CreateTrainingJob"],
    on: stateMachineJob("sagemaker", "TrainingJobName", "training-job/NAME"),
    sync: ["sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob"],
    note: passesRole,
  },
  "sagemaker:createTransformJob": {
    actions: ["sagemaker:CreateTransformJob"],
    on: stateMachineJob("sagemaker", "TransformJobName", "transform-job/NAME"),
    sync: ["sagemaker:DescribeTransformJob", "sagemaker:StopTransformJob"],
  },
  "sagemaker:createProcessingJob": {
    actions: ["sagemaker:CreateProcessingJob"],
    on: stateMachineJob("sagemaker", "ProcessingJobName", "processing-job/NAME"),
    sync: ["sagemaker:DescribeProcessingJob", "sagemaker:StopProcessingJob"],
    note: passesRole,
  },
  "elasticmapreduce:createCluster": {
    actions: ["elasticmapreduce:RunJobFlow"],
    sync: ["elasticmapreduce:DescribeCluster", "elasticmapreduce:TerminateJobFlows"],
    note: passesRole,
  },
  "elasticmapreduce:terminateCluster": {
    actions: ["elasticmapreduce:TerminateJobFlows"],
    sync: ["elasticmapreduce:DescribeCluster"],
  },
  "elasticmapreduce:addStep": {
    actions: ["elasticmapreduce:AddJobFlowSteps"],
    on: { parameter: "ClusterId", arn: of("elasticmapreduce", "cluster/NAME") },
    sync: ["elasticmapreduce:CancelSteps", "elasticmapreduce:DescribeStep"],
  },
  "elasticmapreduce:cancelStep": { actions: ["elasticmapreduce:CancelSteps"] },
  "emr-containers:startJobRun": {
    actions: ["emr-containers:StartJobRun"],
    sync: ["emr-containers:CancelJobRun", "emr-containers:DescribeJobRun"],
  },
  "emr-serverless:startJobRun": {
    actions: ["emr-serverless:StartJobRun"],
    sync: ["emr-serverless:CancelJobRun", "emr-serverless:GetJobRun"],
    note: passesRole,
  },
  "bedrock:invokeModel": {
    actions: ["bedrock:InvokeModel"],
    on: {
      parameter: "ModelId",
      arn: (name, { partition, region }) => `arn:${partition}:bedrock:${region}::foundation-model/${name}`,
    },
  },
  "apigateway:invoke": {
    actions: ["execute-api:Invoke"],
    on: {
      parameter: "ApiEndpoint",
      arn: of("execute-api", "NAME/*"),
      read: (value) => /^([a-z0-9]+)\.execute-api\./.exec(value)?.[1],
    },
  },
  "http:invoke": {
    actions: ["events:RetrieveConnectionCredentials", "secretsmanager:GetSecretValue"],
    note: "it reads the secret of its connection: narrow the resources to the connection and its secret",
  },
};

/** Baton answers these itself. */
const ownServices = ["states", "aws-sdk:sfn"];

export function needsOf(resource: Resource, given: Given): readonly Need[] {
  if (resource.family === "Activity") return [];
  if (resource.family === "LambdaFunction") return [{ actions: ["lambda:InvokeFunction"], resources: [resource.arn] }];
  const { resourceType: service, pattern } = resource;
  const action = resource.resource.split(".")[0] ?? "";
  if (ownServices.includes(service)) return [];
  if (service === "events" && action === "putEvents") return [putEvents(given)];
  const sdk = /^aws-sdk:(.+)$/.exec(service)?.[1];
  if (sdk !== undefined) return [sdkNeed(sdk, action, given)];
  const row = Object.hasOwn(rows, `${service}:${action}`) ? rows[`${service}:${action}`] : undefined;
  if (row === undefined) return [unknown(service, action)];
  return rowNeeds(row, given, pattern === "sync");
}

function rowNeeds({ actions, on, sync = [], note }: Row, given: Given, waits: boolean): readonly Need[] {
  const first = { actions, ...(on === undefined ? { resources: ["*"] } : resourcesOf(on, given)) };
  const noted = note === undefined ? [first] : [first, { actions: [], resources: [], note }];
  return waits && sync.length > 0 ? [...noted, { actions: sync, resources: ["*"] }] : noted;
}

function unknown(service: string, action: string): Need {
  return {
    actions: [iamAction(service, action)],
    resources: ["*"],
    note: `${service}:${action} is not in the table: check the action`,
  };
}

/** Of these services the tables of the optimized calls say what a name means. */
const sdkNames: Readonly<Record<string, Named>> = { lambda: lambdaFunction, sqs: queue, sns: topic, dynamodb: table };

function sdkNeed(service: string, action: string, given: Given): Need {
  const named = Object.hasOwn(sdkNames, service) ? sdkNames[service] : undefined;
  const actions = [iamAction(service, action)];
  if (service === "s3") return bucketNeed(action, given);
  if (named !== undefined && hasAny(named, given))
    return { actions, ...withIndexes(service, resourcesOf(named, given)) };
  return {
    actions,
    resources: ["*"],
    note: `${iamPrefix(service)} is allowed on every resource: narrow it to those that are meant`,
  };
}

/** A query may be of an index. */
function withIndexes(service: string, need: Pick<Need, "resources" | "note">): Pick<Need, "resources" | "note"> {
  if (service !== "dynamodb") return need;
  return { ...need, resources: need.resources.flatMap((arn) => [arn, `${arn}/index/*`]) };
}

function bucketNeed(action: string, given: Given): Need {
  const { partition } = given.home;
  const { value: bucket, note } = literalOf(given, "Bucket");
  const key = literalOf(given, "Key").value;
  const ofBucket = `arn:${partition}:s3:::${bucket ?? "*"}`;
  const isOfBucket = /^(list|head)?(Objects|Bucket)|Bucket|^listObjects/.test(action);
  const resources = [isOfBucket ? ofBucket : `${ofBucket}/${key ?? "*"}`];
  return {
    actions: [iamAction("s3", action)],
    resources: action === "listBuckets" ? ["*"] : resources,
    ...(note === undefined ? {} : { note }),
  };
}

function putEvents({ home, parameters, isJsonata }: Given): Need {
  const entries = property(parameters, "Entries");
  const buses = (isArray(entries) ? entries : []).map((entry) => {
    if (!isObject(entry)) return "*";
    const bus = literalOf({ home, parameters: entry, isJsonata }, "EventBusName");
    return bus.isWritten ? (bus.value ?? "*") : "default";
  });
  const names = buses.length === 0 ? ["*"] : [...new Set(buses)];
  const arns = names.map((name) => (isArn(name) ? name : of("events", "event-bus/NAME")(name, home)));
  const note = names.includes("*") ? "the event bus is computed: every bus of the account is allowed" : undefined;
  return { actions: ["events:PutEvents"], resources: arns, ...(note === undefined ? {} : { note }) };
}

function hasAny({ parameter }: Named, given: Given): boolean {
  return [parameter].flat().some((name) => literalOf(given, name).isWritten);
}

function resourcesOf({ parameter, arn, read }: Named, given: Given): Pick<Need, "resources" | "note"> {
  const names = [parameter].flat();
  const found = names.map((name) => literalOf(given, name)).find(({ isWritten }) => isWritten);
  const value = found?.value;
  if (value === undefined) {
    const note = `${names.join(" or ")} is computed or absent: every one of the account is allowed`;
    return { resources: [arn("*", given.home)], note };
  }
  if (isArn(value)) return { resources: [value] };
  const name = read === undefined ? value : read(value);
  if (name !== undefined) return { resources: [arn(name, given.home)] };
  return {
    resources: [arn("*", given.home)],
    note: `${names.join(" or ")} ${value} says no name: every one of the account is allowed`,
  };
}

/** An ARN, or what will be one when the stack is deployed. */
function isArn(value: string): boolean {
  return value.startsWith("arn:") || /^\$\{Token\[.*(Arn|GetAtt)/.test(value);
}

interface Literal {
  readonly isWritten: boolean;
  /** Absent: a path or an expression, known only when it runs. */
  readonly value?: string;
  readonly note?: string;
}

export function literalOf({ parameters, isJsonata }: Given, name: string): Literal {
  if (property(parameters, `${name}.$`) !== undefined) return computed(name);
  const value: Value | undefined = property(parameters, name);
  if (value === undefined) return { isWritten: false };
  if (typeof value !== "string" || (isJsonata && value.trim().startsWith("{%"))) return computed(name);
  return { isWritten: true, value };
}

function computed(name: string): Literal {
  return { isWritten: true, note: `${name} is computed: every one is allowed` };
}

/** `https://sqs.eu-west-1.amazonaws.com/111122223333/orders` is in that Region and account. */
function queueName(url: string): string | undefined {
  const [, region, account, name] = /^https?:\/\/sqs\.([\w-]+)\.[^/]+\/(\d{12})\/([^/]+)$/.exec(url) ?? [];
  if (region !== undefined) return `arn:aws:sqs:${region}:${account}:${name}`;
  return /^https?:\/\/[^/]+\/\d+\/([^/$]+)$/.exec(url)?.[1];
}
