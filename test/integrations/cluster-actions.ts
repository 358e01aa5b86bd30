/** The table of actions (`action-table.ts`) for the services that make clusters, applications and models. */
import { type ActionRow, alike, same } from "./action-table.ts";

const role = "arn:aws:iam::123456789012:role/service";

function made(at: RegExp, kind: string, member: string, given: object, sent: object): ActionRow {
  const shape = (status: string, name: string, of: string) => ({ [of]: { [name]: status } });
  return {
    given,
    asks: new RegExp(`^POST ${at.source} `),
    sent,
    answer: shape("CREATING", "status", member),
    result: shape("CREATING", "Status", kind),
    job: eksJob(at, kind, member, "CREATING", "ACTIVE", "CREATE_FAILED"),
  };
}

function deleted(at: RegExp, kind: string, member: string, given: object): ActionRow {
  const job = eksJob(at, kind, member, "DELETING", gone, "DELETE_FAILED");
  return { given, asks: new RegExp(`^DELETE ${at.source} `), answer: { [member]: { status: "DELETING" } }, job };
}

const gone = "gone";

function eksJob(at: RegExp, kind: string, member: string, running: string, good: string, bad: string) {
  return {
    asks: new RegExp(`^GET ${at.source.replace(/(clusters|node-groups|fargate-profiles)$/, "$1/\\w+")} `),
    told: (status: string) => (status === gone ? undefined : { [member]: { status } }),
    ...{ running, good, bad },
    result: (Status: string) => (Status === gone ? {} : { [kind]: { Status } }),
  };
}

const vpc = { ResourcesVpcConfig: { SubnetIds: ["subnet-1"] } };
const eks: Readonly<Record<string, ActionRow>> = {
  "eks:createCluster": made(
    /\/clusters/,
    "Cluster",
    "cluster",
    { Name: "c", RoleArn: role, ...vpc },
    { name: "c", roleArn: role, resourcesVpcConfig: { subnetIds: ["subnet-1"] } },
  ),
  "eks:deleteCluster": deleted(/\/clusters\/c/, "Cluster", "cluster", { Name: "c" }),
  "eks:createNodegroup": made(
    /\/clusters\/c\/node-groups/,
    "Nodegroup",
    "nodegroup",
    { ClusterName: "c", NodegroupName: "n", NodeRole: role, Subnets: ["subnet-1"] },
    { nodegroupName: "n", nodeRole: role, subnets: ["subnet-1"] },
  ),
  "eks:deleteNodegroup": deleted(/\/clusters\/c\/node-groups\/n/, "Nodegroup", "nodegroup", {
    ClusterName: "c",
    NodegroupName: "n",
  }),
  "eks:createFargateProfile": made(
    /\/clusters\/c\/fargate-profiles/,
    "FargateProfile",
    "fargateProfile",
    { ClusterName: "c", FargateProfileName: "f", PodExecutionRoleArn: role },
    { fargateProfileName: "f", podExecutionRoleArn: role },
  ),
  "eks:deleteFargateProfile": deleted(/\/clusters\/c\/fargate-profiles\/f/, "FargateProfile", "fargateProfile", {
    ClusterName: "c",
    FargateProfileName: "f",
  }),
};

const clusterTold = alike((State) => ({ Cluster: { Id: "j-1", Status: { State } } }));
const step = { Name: "step", HadoopJarStep: { Jar: "command-runner.jar", Args: [] } };

const emr: Readonly<Record<string, ActionRow>> = {
  "elasticmapreduce:createCluster": {
    given: { Name: "c", Instances: { InstanceCount: 3 } },
    asks: /ElasticMapReduce\.RunJobFlow$/,
    sent: { Name: "c", Instances: { InstanceCount: 3 } },
    answer: { JobFlowId: "j-1", ClusterArn: "arn:j-1" },
    result: { ClusterId: "j-1", ClusterArn: "arn:j-1" },
    job: {
      asks: /\.DescribeCluster$/,
      sent: { ClusterId: "j-1" },
      ...clusterTold,
      ...{ running: "BOOTSTRAPPING", good: "WAITING", bad: "TERMINATED_WITH_ERRORS" },
      stop: [/\.TerminateJobFlows$/, { JobFlowIds: ["j-1"] }],
    },
  },
  "elasticmapreduce:terminateCluster": {
    given: { ClusterId: "j-1" },
    asks: /\.TerminateJobFlows$/,
    sent: { JobFlowIds: ["j-1"] },
    job: {
      asks: /\.DescribeCluster$/,
      sent: { ClusterId: "j-1" },
      ...clusterTold,
      ...{ running: "TERMINATING", good: "TERMINATED", bad: "TERMINATED_WITH_ERRORS" },
    },
  },
  "elasticmapreduce:addStep": {
    given: { ClusterId: "j-1", Step: step, ExecutionRoleArn: role },
    asks: /\.AddJobFlowSteps$/,
    sent: { JobFlowId: "j-1", Steps: [step], ExecutionRoleArn: role },
    answer: { StepIds: ["s-1"] },
    result: { StepId: "s-1" },
    job: {
      asks: /\.DescribeStep$/,
      sent: { ClusterId: "j-1", StepId: "s-1" },
      ...alike((State) => ({ Step: { Id: "s-1", Status: { State } } })),
      ...{ running: "PENDING", good: "COMPLETED", bad: "INTERRUPTED" },
      stop: [/\.CancelSteps$/, { ClusterId: "j-1", StepIds: ["s-1"] }],
    },
  },
  "elasticmapreduce:cancelStep": {
    given: { ClusterId: "j-1", StepId: "s-1" },
    asks: /\.CancelSteps$/,
    sent: { ClusterId: "j-1", StepIds: ["s-1"] },
    answer: { CancelStepsInfoList: [{ StepId: "s-1", Status: "SUBMITTED" }] },
    result: { CancelStepsInfo: { StepId: "s-1", Status: "SUBMITTED" } },
  },
  "elasticmapreduce:setClusterTerminationProtection": {
    given: { ClusterId: "j-1", TerminationProtected: true },
    asks: /\.SetTerminationProtection$/,
    sent: { JobFlowIds: ["j-1"], TerminationProtected: true },
  },
  "elasticmapreduce:modifyInstanceFleetByName": {
    given: { ClusterId: "j-1", InstanceFleetName: "CORE", InstanceFleet: { TargetOnDemandCapacity: 8 } },
    before: [
      /\.ListInstanceFleets$/,
      {
        InstanceFleets: [
          { Id: "if-1", Name: "MASTER" },
          { Id: "if-2", Name: "CORE" },
        ],
      },
    ],
    asks: /\.ModifyInstanceFleet$/,
    sent: { ClusterId: "j-1", InstanceFleet: { InstanceFleetId: "if-2", TargetOnDemandCapacity: 8 } },
  },
  "elasticmapreduce:modifyInstanceGroupByName": {
    given: { ClusterId: "j-1", InstanceGroupName: "core", InstanceGroup: { InstanceCount: 5 } },
    before: [/\.ListInstanceGroups$/, { InstanceGroups: [{ Id: "ig-1", Name: "core" }] }],
    asks: /\.ModifyInstanceGroups$/,
    sent: { ClusterId: "j-1", InstanceGroups: [{ InstanceGroupId: "ig-1", InstanceCount: 5 }] },
  },
};

function application(asks: RegExp, given: object, running: string, good: string, bad?: string): ActionRow {
  return {
    given,
    asks,
    job: {
      asks: /^GET \/applications\/a1 /,
      told: (state) => ({ application: { applicationId: "a1", state } }),
      ...{ running, good, ...(bad !== undefined && { bad }) },
      result: (State) => ({ Application: { ApplicationId: "a1", State } }),
    },
  };
}

const run = {
  asks: /^GET \/applications\/a1\/jobruns\/r1 /,
  told: (state: string) => ({ jobRun: { jobRunId: "r1", state } }),
  result: (State: string) => ({ JobRun: { JobRunId: "r1", State } }),
};
const cancel = /^DELETE \/applications\/a1\/jobruns\/r1 /;
const a1 = { ApplicationId: "a1" };

const emrServerless: Readonly<Record<string, ActionRow>> = {
  "emr-serverless:createApplication": {
    ...application(
      /^POST \/applications /,
      { Name: "app", Type: "SPARK", ReleaseLabel: "emr-6.6.0" },
      ...(["CREATING", "CREATED", "TERMINATED"] as const),
    ),
    sent: { name: "app", type: "SPARK", releaseLabel: "emr-6.6.0" },
    answer: { applicationId: "a1", name: "app" },
    result: { ApplicationId: "a1", Name: "app" },
  },
  "emr-serverless:startApplication": application(
    /^POST \/applications\/a1\/start /,
    a1,
    ...(["STARTING", "STARTED", "TERMINATED"] as const),
  ),
  "emr-serverless:stopApplication": application(
    /^POST \/applications\/a1\/stop /,
    a1,
    ...(["STOPPING", "STOPPED", "TERMINATED"] as const),
  ),
  "emr-serverless:deleteApplication": application(/^DELETE \/applications\/a1 /, a1, "STOPPED", "TERMINATED"),
  "emr-serverless:startJobRun": {
    given: { ...a1, ExecutionRoleArn: role, JobDriver: { SparkSubmit: { EntryPoint: "s3://things/job.py" } } },
    asks: /^POST \/applications\/a1\/jobruns /,
    sent: { executionRoleArn: role, jobDriver: { sparkSubmit: { entryPoint: "s3://things/job.py" } } },
    answer: { applicationId: "a1", jobRunId: "r1" },
    result: { ApplicationId: "a1", JobRunId: "r1" },
    job: { ...run, running: "RUNNING", good: "SUCCESS", bad: "CANCELLED", stop: [cancel] },
  },
  "emr-serverless:cancelJobRun": {
    given: { ...a1, JobRunId: "r1" },
    asks: cancel,
    answer: { applicationId: "a1", jobRunId: "r1" },
    result: { ApplicationId: "a1", JobRunId: "r1" },
    job: { ...run, running: "CANCELLING", good: "CANCELLED", bad: "SUCCESS" },
  },
};

function sagemakerJob(kind: string): readonly [string, ActionRow] {
  const named = { [`${kind}Name`]: "one" };
  const arn = { [`${kind}Arn`]: `arn:aws:sagemaker:us-east-1:123456789012:${kind}/one` };
  return [
    `sagemaker:create${kind}`,
    {
      given: named,
      asks: new RegExp(`SageMaker\\.Create${kind}$`),
      ...same(arn),
      job: {
        asks: new RegExp(`SageMaker\\.Describe${kind}$`),
        sent: named,
        ...alike((status) => ({ ...named, [`${kind}Status`]: status })),
        ...{ running: "InProgress", good: "Completed", bad: "Stopped" },
        stop: [new RegExp(`SageMaker\\.Stop${kind}$`), named],
      },
    },
  ];
}

function sagemakerThing(action: string, kind: string): readonly [string, ActionRow] {
  const name = `${action[0]?.toUpperCase()}${action.slice(1)}`;
  return [
    `sagemaker:${action}`,
    {
      given: { [`${kind}Name`]: "one" },
      asks: new RegExp(`SageMaker\\.${name}$`),
      ...same({ [`${kind}Arn`]: "arn:one" }),
    },
  ];
}

const sagemaker = Object.fromEntries([
  ...["TrainingJob", "TransformJob", "HyperParameterTuningJob", "LabelingJob", "ProcessingJob"].map(sagemakerJob),
  sagemakerThing("createModel", "Model"),
  sagemakerThing("createEndpointConfig", "EndpointConfig"),
  sagemakerThing("createEndpoint", "Endpoint"),
  sagemakerThing("updateEndpoint", "Endpoint"),
]);

export const clusterActions: Readonly<Record<string, ActionRow>> = { ...eks, ...emr, ...emrServerless, ...sagemaker };
