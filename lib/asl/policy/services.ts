/**
 * What each optimized call needs of IAM, as a table: its actions, and how the resource that a parameter names is
 * written as an ARN. What a parameter says is read elsewhere (`needs.ts`).
 */
import { partitionOf } from "../partition.ts";
import { iamAction } from "./sdk-actions.ts";

/** Where the machine lives: names without an ARN are there. */
export interface Home {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  /** Of a placeholder, `${…}`, where somebody knows what it will stand for: whether that is an ARN. */
  readonly isArn?: (placeholder: string) => boolean;
}

/** A resource named by a parameter: how its ARN is made of the name, the name `*` standing for any. */
export interface Named {
  readonly parameter: string | readonly string[];
  readonly arn: (name: string, home: Home) => string;
  /** For a name that is a URL, or anything else than a name. */
  readonly read?: (value: string) => string | undefined;
  /** An ARN that is given is of something else, out of which the name is read. */
  readonly isWithin?: true;
}

export interface Row {
  readonly actions: readonly string[];
  readonly on?: Named | readonly Named[];
  /** For those who wait for the job's end. */
  readonly sync?: readonly Waiting[];
  readonly note?: string;
}

/** `same`: on what the call itself is on; absent: on every resource, where IAM knows no other. */
interface Waiting {
  readonly actions: readonly string[];
  readonly on?: Named | "same";
}

export const of =
  (service: string, form: string): Named["arn"] =>
  (name, { partition, region, account }) =>
    `arn:${partition}:${service}:${region}:${account}:${form.replace("NAME", name)}`;

export const lambdaFunction: Named = {
  parameter: "FunctionName",
  arn: of("lambda", "function:NAME"),
  // `123456789012:function:name` is a name, too.
  read: (value) => value.replace(/^\d{12}:function:/, ""),
};
export const queue: Named = {
  parameter: "QueueUrl",
  arn: (name, home) => (name.startsWith("arn:") ? name : of("sqs", "NAME")(name, home)),
  read: queueName,
};
export const topic: Named = { parameter: ["TopicArn", "TargetArn"], arn: of("sns", "NAME") };
export const table: Named = { parameter: "TableName", arn: of("dynamodb", "table/NAME") };
const named = (service: string, parameter: string, form: string): Named => ({
  parameter,
  arn: of(service, form),
});
const same = (...actions: readonly string[]): readonly Waiting[] => [{ actions, on: "same" }];
const cluster = named("elasticmapreduce", "ClusterId", "cluster/NAME");
/** What the job is called is not known before it runs. */
const anyOf = (service: string, form: string): Named => ({ parameter: [], arn: of(service, form) });
const application = named("emr-serverless", "ApplicationId", "/applications/NAME");
const virtualCluster = (parameter: string) => named("emr-containers", parameter, "/virtualclusters/NAME");
const kubernetes = "it asks Kubernetes, which has to know the role: add it to the cluster's access entries";
const passesRole = "it hands a role on: add iam:PassRole on that role";

/** By `service:action`. */
export const rows: Readonly<Record<string, Row>> = {
  "lambda:invoke": { actions: ["lambda:InvokeFunction"], on: lambdaFunction },
  "sqs:sendMessage": { actions: ["sqs:SendMessage"], on: queue },
  "sns:publish": { actions: ["sns:Publish"], on: topic },
  "dynamodb:getItem": { actions: ["dynamodb:GetItem"], on: table },
  "dynamodb:putItem": { actions: ["dynamodb:PutItem"], on: table },
  "dynamodb:updateItem": { actions: ["dynamodb:UpdateItem"], on: table },
  "dynamodb:deleteItem": { actions: ["dynamodb:DeleteItem"], on: table },
  "batch:submitJob": {
    actions: ["batch:SubmitJob"],
    on: [named("batch", "JobDefinition", "job-definition/NAME"), named("batch", "JobQueue", "job-queue/NAME")],
    sync: [{ actions: ["batch:DescribeJobs"] }, { actions: ["batch:TerminateJob"], on: anyOf("batch", "job/NAME") }],
  },
  "ecs:runTask": {
    actions: ["ecs:RunTask"],
    on: named("ecs", "TaskDefinition", "task-definition/NAME"),
    sync: [
      {
        actions: ["ecs:DescribeTasks", "ecs:StopTask"],
        on: {
          parameter: "Cluster",
          arn: of("ecs", "task/NAME/*"),
          read: (value) => /[^/]*$/.exec(value)?.[0],
          isWithin: true,
        },
      },
    ],
    note: passesRole,
  },
  "glue:startJobRun": {
    actions: ["glue:StartJobRun"],
    on: named("glue", "JobName", "job/NAME"),
    sync: same("glue:BatchStopJobRun", "glue:GetJobRun"),
  },
  "databrew:startJobRun": {
    actions: ["databrew:StartJobRun"],
    on: named("databrew", "Name", "job/NAME"),
    sync: same("databrew:DescribeJobRun", "databrew:StopJobRun"),
  },
  "athena:startQueryExecution": {
    actions: ["athena:StartQueryExecution"],
    on: named("athena", "WorkGroup", "workgroup/NAME"),
    sync: same("athena:GetQueryExecution", "athena:StopQueryExecution"),
    note: "the query reads tables and buckets: add what it needs of glue and s3",
  },
  ...onAny("athena", "workgroup/NAME", ["stopQueryExecution", "getQueryExecution", "getQueryResults"]),
  "codebuild:startBuild": {
    actions: ["codebuild:StartBuild"],
    on: named("codebuild", "ProjectName", "project/NAME"),
    sync: same("codebuild:BatchGetBuilds", "codebuild:StopBuild"),
  },
  "codebuild:startBuildBatch": {
    actions: ["codebuild:StartBuildBatch"],
    on: named("codebuild", "ProjectName", "project/NAME"),
    sync: same("codebuild:BatchGetBuildBatches", "codebuild:StopBuildBatch"),
  },
  "sagemaker:createTrainingJob": {
    actions: ["sagemaker:CreateTrainingJob"],
    on: named("sagemaker", "TrainingJobName", "training-job/NAME"),
    sync: same("sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob"),
    note: passesRole,
  },
  "sagemaker:createTransformJob": {
    actions: ["sagemaker:CreateTransformJob"],
    on: named("sagemaker", "TransformJobName", "transform-job/NAME"),
    sync: same("sagemaker:DescribeTransformJob", "sagemaker:StopTransformJob"),
  },
  "sagemaker:createProcessingJob": {
    actions: ["sagemaker:CreateProcessingJob"],
    on: named("sagemaker", "ProcessingJobName", "processing-job/NAME"),
    sync: same("sagemaker:DescribeProcessingJob", "sagemaker:StopProcessingJob"),
    note: passesRole,
  },
  "elasticmapreduce:createCluster": {
    actions: ["elasticmapreduce:RunJobFlow"],
    sync: [
      {
        actions: ["elasticmapreduce:DescribeCluster", "elasticmapreduce:TerminateJobFlows"],
        on: anyOf("elasticmapreduce", "cluster/NAME"),
      },
    ],
    note: passesRole,
  },
  "elasticmapreduce:terminateCluster": {
    actions: ["elasticmapreduce:TerminateJobFlows"],
    on: cluster,
    sync: same("elasticmapreduce:DescribeCluster"),
  },
  "elasticmapreduce:setClusterTerminationProtection": {
    actions: ["elasticmapreduce:SetTerminationProtection"],
    on: cluster,
  },
  "elasticmapreduce:addStep": {
    actions: ["elasticmapreduce:AddJobFlowSteps"],
    on: cluster,
    sync: same("elasticmapreduce:CancelSteps", "elasticmapreduce:DescribeStep"),
  },
  "elasticmapreduce:cancelStep": { actions: ["elasticmapreduce:CancelSteps"], on: cluster },
  "elasticmapreduce:modifyInstanceFleetByName": {
    actions: ["elasticmapreduce:ListInstanceFleets", "elasticmapreduce:ModifyInstanceFleet"],
    on: cluster,
  },
  "elasticmapreduce:modifyInstanceGroupByName": {
    actions: ["elasticmapreduce:ListInstanceGroups", "elasticmapreduce:ModifyInstanceGroups"],
    on: cluster,
  },
  "emr-containers:startJobRun": {
    actions: ["emr-containers:StartJobRun"],
    on: virtualCluster("VirtualClusterId"),
    sync: [
      {
        actions: ["emr-containers:CancelJobRun", "emr-containers:DescribeJobRun"],
        on: named("emr-containers", "VirtualClusterId", "/virtualclusters/NAME/jobruns/*"),
      },
    ],
  },
  "emr-containers:deleteVirtualCluster": {
    actions: ["emr-containers:DeleteVirtualCluster"],
    on: virtualCluster("Id"),
    sync: same("emr-containers:DescribeVirtualCluster"),
  },
  "emr-serverless:startJobRun": {
    actions: ["emr-serverless:StartJobRun"],
    on: application,
    sync: [
      {
        actions: ["emr-serverless:CancelJobRun", "emr-serverless:GetJobRun"],
        on: named("emr-serverless", "ApplicationId", "/applications/NAME/jobruns/*"),
      },
    ],
    note: passesRole,
  },
  ...applications("StartApplication", "StopApplication", "DeleteApplication"),
  "eks:call": { actions: [], note: kubernetes },
  "eks:runJob": { actions: [], note: kubernetes },
  "mediaconvert:createJob": {
    actions: ["mediaconvert:CreateJob"],
    on: named("mediaconvert", "Queue", "queues/NAME"),
    sync: [{ actions: ["mediaconvert:CancelJob", "mediaconvert:GetJob"], on: anyOf("mediaconvert", "jobs/NAME") }],
    note: passesRole,
  },
  "bedrock:invokeModel": {
    actions: ["bedrock:InvokeModel"],
    on: { parameter: "ModelId", arn: modelArn },
  },
  // A harness runs on a runtime of its own, which is reached by the same ARN.
  "bedrockagentcore:invokeHarness": {
    actions: ["bedrock-agentcore:InvokeAgentRuntime", "bedrock-agentcore:InvokeHarness"],
    on: named("bedrock-agentcore", "HarnessArn", "harness/NAME"),
  },
  "apigateway:invoke": {
    actions: ["execute-api:Invoke"],
    on: {
      parameter: "ApiEndpoint",
      arn: of("execute-api", "NAME/*"),
      read: (value) => /^([a-z0-9]+)\.execute-api\./.exec(value)?.[1],
    },
  },
};

/** What the id of an inference profile has before that of its model: where it may be answered. */
export const profilePrefix = /^(?:us|us-gov|eu|apac|jp|au|ca|global)\./;

function modelArn(name: string, { partition, region, account }: Home): string {
  const what = profilePrefix.test(name) ? `${account}:inference-profile` : ":foundation-model";
  return `arn:${partition}:bedrock:${region}:${what}/${name}`;
}

/** Queries are in workgroups, and who asks for one by its id does not say in which. */
function onAny(service: string, form: string, names: readonly string[]): Readonly<Record<string, Row>> {
  const rows = names.map((name) => [
    `${service}:${name}`,
    { actions: [iamAction(service, name)], on: anyOf(service, form) },
  ]);
  return Object.fromEntries(rows);
}

function applications(...actions: readonly string[]): Readonly<Record<string, Row>> {
  const rows = actions.map((action) => {
    const name = action.charAt(0).toLowerCase() + action.slice(1);
    const row: Row = {
      actions: [`emr-serverless:${action}`],
      on: application,
      sync: same("emr-serverless:GetApplication"),
    };
    return [`emr-serverless:${name}`, row];
  });
  return Object.fromEntries(rows);
}

/** `https://sqs.eu-west-1.amazonaws.com/111122223333/orders` is in that Region and account. */
function queueName(url: string): string | undefined {
  const [, region, account, name] = /^https?:\/\/sqs\.([\w-]+)\.[^/]+\/(\d{12})\/([^/]+)$/.exec(url) ?? [];
  if (region !== undefined) return `arn:${partitionOf(region)}:sqs:${region}:${account}:${name}`;
  return /^https?:\/\/[^/]+\/\d+\/([^/$]+)$/.exec(url)?.[1];
}
