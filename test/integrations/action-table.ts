/**
 * Every action of the optimized integrations with a job or without: what a state gives, the request that goes out,
 * what the service answers in its own JSON, and what the state sees of it. The requests are the SDK's own.
 */
export interface ActionRow {
  readonly given: object;
  /** `METHOD /path Target`. */
  readonly asks: RegExp;
  /** Members of the body; left out where it is what was given, or empty. */
  readonly sent?: object;
  /** In the service's JSON. */
  readonly answer?: object;
  /** Members of the state's result. */
  readonly result?: object;
  /** What has to be asked first. */
  readonly before?: readonly [RegExp, object];
  readonly job?: JobRow;
}

export interface JobRow {
  readonly asks: RegExp;
  readonly sent?: object;
  /** Undefined: there is no such thing any more. */
  readonly told: (status: string) => object | undefined;
  readonly running: string;
  readonly good: string;
  /** Absent where such a job cannot end badly. */
  readonly bad?: string;
  readonly result: (status: string) => object;
  readonly stop?: readonly [RegExp, object?];
}

const role = "arn:aws:iam::123456789012:role/service";

const athena = {
  "athena:startQueryExecution": {
    given: { QueryString: "select 1" },
    asks: /AmazonAthena\.StartQueryExecution$/,
    answer: { QueryExecutionId: "q1" },
    result: { QueryExecutionId: "q1" },
    job: {
      asks: /AmazonAthena\.GetQueryExecution$/,
      sent: { QueryExecutionId: "q1" },
      ...alike((State) => ({ QueryExecution: { QueryExecutionId: "q1", Status: { State } } })),
      ...{ running: "RUNNING", good: "SUCCEEDED", bad: "CANCELLED" },
      stop: [/AmazonAthena\.StopQueryExecution$/, { QueryExecutionId: "q1" }],
    },
  },
  "athena:stopQueryExecution": { given: { QueryExecutionId: "q1" }, asks: /AmazonAthena\.StopQueryExecution$/ },
  "athena:getQueryExecution": {
    given: { QueryExecutionId: "q1" },
    asks: /AmazonAthena\.GetQueryExecution$/,
    ...same({ QueryExecution: { Query: "select 1" } }),
  },
  "athena:getQueryResults": {
    given: { QueryExecutionId: "q1" },
    asks: /AmazonAthena\.GetQueryResults$/,
    ...same({ ResultSet: { Rows: [{ Data: [{ VarCharValue: "1" }] }] } }),
  },
} satisfies Readonly<Record<string, ActionRow>>;

const batch = {
  "batch:submitJob": {
    given: { JobName: "job", JobQueue: "queue", JobDefinition: "definition" },
    asks: /^POST \/v1\/submitjob /,
    sent: { jobName: "job", jobQueue: "queue", jobDefinition: "definition" },
    answer: { jobId: "j1", jobName: "job" },
    result: { JobId: "j1", JobName: "job" },
    job: {
      asks: /^POST \/v1\/describejobs /,
      sent: { jobs: ["j1"] },
      told: (status) => ({ jobs: [{ jobId: "j1", status }] }),
      ...{ running: "RUNNABLE", good: "SUCCEEDED", bad: "FAILED" },
      result: (Status) => ({ JobId: "j1", Status }),
      stop: [/^POST \/v1\/terminatejob /, { jobId: "j1" }],
    },
  },
} satisfies Readonly<Record<string, ActionRow>>;

const customization = "arn:aws:bedrock:us-east-1:123456789012:model-customization-job/tuning";

const bedrock = {
  "bedrock:createModelCustomizationJob": {
    given: {
      JobName: "tuning",
      CustomModelName: "mine",
      RoleArn: role,
      BaseModelIdentifier: "amazon.titan-text-express-v1",
      TrainingDataConfig: { S3Uri: "s3://things/training" },
      OutputDataConfig: { S3Uri: "s3://things/out" },
    },
    asks: /^POST \/model-customization-jobs /,
    sent: { jobName: "tuning", trainingDataConfig: { s3Uri: "s3://things/training" } },
    answer: { jobArn: customization },
    result: { JobArn: customization },
    job: {
      asks: /^GET \/model-customization-jobs\/arn.*tuning /,
      told: (status) => ({ jobName: "tuning", status }),
      ...{ running: "InProgress", good: "Completed", bad: "Stopped" },
      result: (Status) => ({ JobName: "tuning", Status }),
      stop: [/^POST \/model-customization-jobs\/arn.*tuning\/stop /],
    },
  },
} satisfies Readonly<Record<string, ActionRow>>;

const build = { id: "b1", buildStatus: "IN_PROGRESS" };
const buildBatch = { id: "bb1", buildBatchStatus: "IN_PROGRESS" };
const batchAnswer = {
  answer: { buildBatch },
  result: { BuildBatch: { Id: "bb1", BuildBatchStatus: "IN_PROGRESS" } },
};

const codebuild = {
  "codebuild:startBuild": {
    given: { ProjectName: "project" },
    asks: /CodeBuild_20161006\.StartBuild$/,
    sent: { projectName: "project" },
    answer: { build },
    result: { Build: { Id: "b1", BuildStatus: "IN_PROGRESS" } },
    job: {
      asks: /\.BatchGetBuilds$/,
      sent: { ids: ["b1"] },
      told: (buildStatus) => ({ builds: [{ ...build, buildStatus }] }),
      ...{ running: "IN_PROGRESS", good: "SUCCEEDED", bad: "FAULT" },
      result: (BuildStatus) => ({ Build: { Id: "b1", BuildStatus } }),
      stop: [/\.StopBuild$/, { id: "b1" }],
    },
  },
  "codebuild:stopBuild": {
    given: { Id: "b1" },
    asks: /\.StopBuild$/,
    sent: { id: "b1" },
    answer: { build },
    result: { Build: { Id: "b1" } },
  },
  "codebuild:batchDeleteBuilds": {
    given: { Ids: ["b1", "b2"] },
    asks: /\.BatchDeleteBuilds$/,
    sent: { ids: ["b1", "b2"] },
    answer: { buildsDeleted: ["b1"], buildsNotDeleted: [{ id: "b2", statusCode: "BUILD_IN_PROGRESS" }] },
    result: { BuildsDeleted: ["b1"], BuildsNotDeleted: [{ Id: "b2", StatusCode: "BUILD_IN_PROGRESS" }] },
  },
  "codebuild:batchGetReports": {
    given: { ReportArns: ["arn:report"] },
    asks: /\.BatchGetReports$/,
    sent: { reportArns: ["arn:report"] },
    answer: { reports: [{ arn: "arn:report", created: 1_700_000_000 }], reportsNotFound: [] },
    result: { Reports: [{ Arn: "arn:report", Created: 1_700_000_000_000 }], ReportsNotFound: [] },
  },
  "codebuild:startBuildBatch": {
    given: { ProjectName: "project" },
    asks: /\.StartBuildBatch$/,
    sent: { projectName: "project" },
    ...batchAnswer,
    job: {
      asks: /\.BatchGetBuildBatches$/,
      sent: { ids: ["bb1"] },
      told: (buildBatchStatus) => ({ buildBatches: [{ ...buildBatch, buildBatchStatus }] }),
      ...{ running: "IN_PROGRESS", good: "SUCCEEDED", bad: "TIMED_OUT" },
      result: (BuildBatchStatus) => ({ BuildBatch: { Id: "bb1", BuildBatchStatus } }),
      stop: [/\.StopBuildBatch$/, { id: "bb1" }],
    },
  },
  "codebuild:stopBuildBatch": {
    given: { Id: "bb1" },
    asks: /\.StopBuildBatch$/,
    sent: { id: "bb1" },
    ...batchAnswer,
  },
  "codebuild:retryBuildBatch": {
    given: { Id: "bb1", RetryType: "RETRY_FAILED_BUILDS" },
    asks: /\.RetryBuildBatch$/,
    sent: { id: "bb1", retryType: "RETRY_FAILED_BUILDS" },
    ...batchAnswer,
  },
  "codebuild:deleteBuildBatch": {
    given: { Id: "bb1" },
    asks: /\.DeleteBuildBatch$/,
    sent: { id: "bb1" },
    answer: { statusCode: "DELETED", buildsDeleted: ["b1"] },
    result: { StatusCode: "DELETED", BuildsDeleted: ["b1"] },
  },
  "codebuild:batchGetBuildBatches": {
    given: { Ids: ["bb1"] },
    asks: /\.BatchGetBuildBatches$/,
    sent: { ids: ["bb1"] },
    answer: { buildBatches: [buildBatch] },
    result: { BuildBatches: [{ Id: "bb1" }] },
  },
} satisfies Readonly<Record<string, ActionRow>>;

const data = {
  "databrew:startJobRun": {
    given: { Name: "clean" },
    asks: /^POST \/jobs\/clean\/startJobRun /,
    ...same({ RunId: "r1" }),
    job: {
      asks: /^GET \/jobs\/clean\/jobRun\/r1 /,
      ...alike((State) => ({ RunId: "r1", State })),
      ...{ running: "RUNNING", good: "SUCCEEDED", bad: "TIMEOUT" },
      stop: [/^POST \/jobs\/clean\/jobRun\/r1\/stopJobRun /],
    },
  },
  "glue:startJobRun": {
    given: { JobName: "job", Arguments: { "--a": "b" } },
    asks: /AWSGlue\.StartJobRun$/,
    ...same({ JobRunId: "jr1" }),
    job: {
      asks: /AWSGlue\.GetJobRun$/,
      sent: { JobName: "job", RunId: "jr1" },
      told: (JobRunState) => ({ JobRun: { Id: "jr1", JobRunState } }),
      ...{ running: "RUNNING", good: "SUCCEEDED", bad: "ERROR" },
      result: (JobRunState) => ({ Id: "jr1", JobRunState }),
      stop: [/AWSGlue\.BatchStopJobRun$/, { JobName: "job", JobRunIds: ["jr1"] }],
    },
  },
  "mediaconvert:createJob": {
    given: { Role: role, Settings: { Inputs: [] } },
    asks: /^POST \/2017-08-29\/jobs /,
    sent: { role, settings: { inputs: [] } },
    answer: { job: { id: "1", status: "SUBMITTED" } },
    result: { Job: { Id: "1", Status: "SUBMITTED" } },
    job: {
      asks: /^GET \/2017-08-29\/jobs\/1 /,
      told: (status) => ({ job: { id: "1", status } }),
      ...{ running: "PROGRESSING", good: "COMPLETE", bad: "ERROR" },
      result: (Status) => ({ Job: { Id: "1", Status } }),
      stop: [/^DELETE \/2017-08-29\/jobs\/1 /],
    },
  },
} satisfies Readonly<Record<string, ActionRow>>;

const taskArn = "arn:aws:ecs:us-east-1:123456789012:task/cluster/1";

const ecs = {
  "ecs:runTask": {
    given: { Cluster: "cluster", TaskDefinition: "task" },
    asks: /AmazonEC2ContainerServiceV20141113\.RunTask$/,
    sent: { cluster: "cluster", taskDefinition: "task", startedBy: "AWS Step Functions" },
    answer: { tasks: [{ taskArn }], failures: [] },
    result: { Tasks: [{ TaskArn: taskArn }], Failures: [] },
    job: {
      asks: /\.DescribeTasks$/,
      sent: { cluster: "cluster", tasks: [taskArn] },
      // What a task came to stands in the exit codes of its containers.
      told: (code) => ({
        tasks: [
          code === "none"
            ? { taskArn, lastStatus: "RUNNING" }
            : { taskArn, lastStatus: "STOPPED", containers: [{ exitCode: Number(code) }] },
        ],
      }),
      ...{ running: "none", good: "0", bad: "137" },
      result: (code) => ({ TaskArn: taskArn, LastStatus: "STOPPED", Containers: [{ ExitCode: Number(code) }] }),
      stop: [/\.StopTask$/, { cluster: "cluster", task: taskArn }],
    },
  },
} satisfies Readonly<Record<string, ActionRow>>;

export const plainActions: Readonly<Record<string, ActionRow>> = {
  ...athena,
  ...batch,
  ...bedrock,
  ...codebuild,
  ...data,
  ...ecs,
};

/** The service writes names as the state sees them. */
export function same(answer: object): Pick<ActionRow, "answer" | "result"> {
  return { answer, result: answer };
}

export function alike(told: (status: string) => object): Pick<JobRow, "told" | "result"> {
  return { told, result: told };
}
