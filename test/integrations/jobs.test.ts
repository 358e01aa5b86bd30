/** The services that do a job which a state may wait for, against moto: the call, how the job stands, its end, its stop. */
import { CodeBuildClient, CreateProjectCommand } from "@aws-sdk/client-codebuild";
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { CreateJobCommand, GlueClient } from "@aws-sdk/client-glue";
import { beforeAll, describe, expect, test } from "vitest";
import { begin, jobOf, jobs, matching, run } from "./job-runner.ts";
import { withServers } from "./with-servers.ts";

const { started, title } = await withServers("jobs", { s3: true });
const training = {
  TrainingJobName: "training",
  AlgorithmSpecification: {
    TrainingInputMode: "File",
    TrainingImage: "123456789012.dkr.ecr.us-east-1.amazonaws.com/a:1",
  },
  RoleArn: "arn:aws:iam::123456789012:role/FakeRole",
  OutputDataConfig: { S3OutputPath: "s3://b" },
  ResourceConfig: { InstanceCount: 1, InstanceType: "ml.m4.xlarge", VolumeSizeInGB: 1 },
  StoppingCondition: { MaxRuntimeInSeconds: 100 },
};
const instances = {
  MasterInstanceType: "m5.xlarge",
  SlaveInstanceType: "m5.xlarge",
  InstanceCount: 1,
  KeepJobFlowAliveWhenNoSteps: true,
};
const fargate = { Cluster: "cluster", TaskDefinition: "task", LaunchType: "FARGATE" };
const statement = { QueryString: "select 1", ResultConfiguration: { OutputLocation: "s3://b/" } };

describe.runIf(started)(title, () => {
  beforeAll(async () => {
    const ecs = new ECSClient();
    await new GlueClient().send(new CreateJobCommand({ Name: "job", Role: "r", Command: { Name: "glueetl" } }));
    const project = new CreateProjectCommand({
      name: "project",
      source: { type: "S3", location: "b/k" },
      artifacts: { type: "NO_ARTIFACTS" },
      environment: { type: "LINUX_CONTAINER", image: "i", computeType: "BUILD_GENERAL1_SMALL" },
      serviceRole: "arn:aws:iam::123456789012:role/service",
    });
    await new CodeBuildClient().send(project);
    await ecs.send(new CreateClusterCommand({ clusterName: "cluster" }));
    const containerDefinitions = [{ name: "x", image: "i", memory: 10 }];
    await ecs.send(new RegisterTaskDefinitionCommand({ family: "task", containerDefinitions }));
  });

  test.each([
    [
      "glue:startJobRun",
      { JobName: "job", Arguments: { "--a": "b" } },
      { JobRunId: /^jr_/ },
      { Arguments: { "--a": "b" }, JobRunState: /^SUCCEEDED$/ },
    ],
    [
      "codebuild:startBuild",
      { ProjectName: "project" },
      { Build: { BuildStatus: /^IN_PROGRESS$/ } },
      { Build: { BuildStatus: /^SUCCEEDED$/ } },
    ],
    [
      "athena:startQueryExecution",
      statement,
      { QueryExecutionId: /./ },
      { QueryExecution: { Status: { State: /^SUCCEEDED$/ } } },
    ],
    ["ecs:runTask", fargate, { Tasks: [{ TaskArn: /^arn:/ }] }, { LastStatus: /^STOPPED$/, LaunchType: /^FARGATE$/ }],
    [
      "elasticmapreduce:createCluster",
      { Name: "c", Instances: instances },
      { ClusterId: /^j-/, ClusterArn: /^arn:/ },
      { Cluster: { Status: { State: /^WAITING$/ } } },
    ],
    ["sagemaker:createTrainingJob", training, { TrainingJobArn: /^arn:/ }, { TrainingJobStatus: /^Completed$/ }],
  ])("%s.sync", async (resource, input, submitted, result) => {
    const { begun, ended } = await run(`${resource}.sync`, input);
    expect(begun).toMatchObject({ kind: "submitted" });
    expect(begun.kind === "submitted" && JSON.parse(begun.output)).toMatchObject({
      ...matching(submitted),
      SdkHttpMetadata: { HttpStatusCode: 200 },
    });
    expect(ended).toMatchObject({ kind: "succeeded" });
    expect(ended.kind === "succeeded" && JSON.parse(ended.output)).toMatchObject(matching(result));
  });

  test("a call that is refused begins nothing", async () => {
    expect(await begin("glue:startJobRun.sync", { JobName: "not there" })).toEqual({
      kind: "failed",
      error: "Glue.EntityNotFoundException",
      cause: expect.stringMatching(/\(Service: AWSGlue; Status Code: 400; Error Code: EntityNotFoundException; /),
    });
  });

  test("a job that is stopped has failed, with all that its service tells of it", async () => {
    const resource = "ecs:runTask.sync";
    const begun = await begin(resource, fargate);
    const job = jobOf(resource, begun.kind === "submitted" ? (begun.job ?? "") : "");
    await jobs.stop(job);
    await jobs.stop(job);
    const { TaskArn } = JSON.parse(begun.kind === "submitted" ? begun.output : "{}").Tasks[0];
    const { tasks } = await new ECSClient().send(new DescribeTasksCommand({ cluster: "cluster", tasks: [TaskArn] }));
    expect(tasks?.[0]).toMatchObject({
      desiredStatus: "STOPPED",
      stoppedReason: expect.stringMatching(/was aborted$/),
    });
  });

  const poll = {
    Action: "getJobRun",
    Parameters: { JobName: "$.Given.JobName", RunId: "$.Answer.JobRunId" },
    Status: "$.JobRun.JobRunState",
    Succeeded: ["SUCCEEDED"],
    Failed: ["FAILED"],
    Result: { Run: "$.JobRun.Id", Note: "as asked" },
  };

  test("any call of the SDK, by a poller that the state brings along", async () => {
    const { begun, ended } = await run("aws-sdk:glue:startJobRun.sync", { Call: { JobName: "job" }, Poll: poll });
    const { JobRunId } = JSON.parse(begun.kind === "submitted" ? begun.output : "{}");
    expect(ended).toEqual({ kind: "succeeded", output: JSON.stringify({ Run: JobRunId, Note: "as asked" }) });
  });

  test("the status that ends it badly", async () => {
    const { ended } = await run("aws-sdk:glue:startJobRun.sync", {
      Call: { JobName: "job" },
      Poll: { ...poll, Succeeded: [], Failed: ["SUCCEEDED"] },
    });
    expect(ended).toMatchObject({
      kind: "failed",
      error: "States.TaskFailed",
      cause: expect.stringMatching(/"Run":"jr_/),
    });
  });
});

describe("a poller that does not tell enough", () => {
  test.each([
    [{ JobName: "job" }, /^The parameters of a '.sync' call of the SDK must be 'Call'/],
    [{ Call: {}, Poll: {} }, /^'Poll' must have a string 'Action'/],
    [{ Call: {}, Poll: { Action: "a" } }, /^'Poll' must have a 'Status' of the form/],
    [{ Call: {}, Poll: { Action: "a", Status: "$..a" } }, /^'Poll' must have a 'Status' of the form/],
    [{ Call: {}, Poll: { Action: "a", Status: "$.a", Succeeded: "x", Failed: [] } }, /^'Poll' must have 'Succeeded'/],
    [{ Call: {}, Poll: { Action: "a", Status: "$.a", Succeeded: [], Failed: [], Stop: {} } }, /^'Stop' must have/],
    [{ Call: {}, Poll: { Actoin: "a" } }, /^'Poll' has the field 'Actoin', which is none of Action, /],
  ])("%j", async (input, cause) => {
    expect(await begin("aws-sdk:glue:startJobRun.sync", input)).toEqual({
      kind: "failed",
      error: "States.Runtime",
      cause: expect.stringMatching(cause),
    });
  });
});
