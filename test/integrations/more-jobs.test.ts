/**
 * The services with fewer users: Batch, EKS, EMR, EMR Serverless and S3 for Bedrock against moto. What moto has not,
 * or does not let end badly, is tested action by action in `every-action.test.ts`.
 */
import { createServer, type Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import {
  BatchClient,
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  RegisterJobDefinitionCommand,
} from "@aws-sdk/client-batch";
import { EMRClient, ListInstanceGroupsCommand, RunJobFlowCommand } from "@aws-sdk/client-emr";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import type { CallResult } from "../../lib/engine/ports.ts";
import { begin, matching, run } from "./job-runner.ts";
import { withServers } from "./with-servers.ts";

const { started, title } = await withServers("more jobs", { s3: true });

const roleArn = "arn:aws:iam::123456789012:role/service";
const network = { SubnetIds: ["subnet-1", "subnet-2"], SecurityGroupIds: ["sg-1"] };
const cluster = { Name: "cluster", RoleArn: roleArn, ResourcesVpcConfig: network };
const ofCluster = { ClusterName: "cluster" };
const nodes = { ...ofCluster, NodegroupName: "nodes", NodeRole: roleArn, Subnets: ["subnet-1"] };
const profile = { ...ofCluster, FargateProfileName: "profile", PodExecutionRoleArn: roleArn };
const selected = { ...profile, Selectors: [{ Namespace: "default" }] };
const application = { Name: "app", Type: "SPARK", ReleaseLabel: "emr-6.6.0" };
const sparkDriver = { SparkSubmit: { EntryPoint: "s3://things/job.py" } };
/** A model that says what it was asked, over HTTP/2, which is what the SDK speaks with Bedrock and moto does not. */
function startModel(): Promise<Http2Server> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(`{"heard":${Buffer.concat(chunks).toString("utf8")}}`);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

const outputOf = (result: CallResult) => (result.kind === "failed" ? result : JSON.parse(result.output));

describe.runIf(started)(title, () => {
  const names = { queue: "", definition: "", application: "", flow: "" };

  beforeAll(async () => {
    await new S3Client().send(new CreateBucketCommand({ Bucket: "things" }));
    await prepareBatch();
    const instances = { MasterInstanceType: "m5.xlarge", SlaveInstanceType: "m5.xlarge", InstanceCount: 3 };
    const flow = new RunJobFlowCommand({
      Name: "flow",
      Instances: { ...instances, KeepJobFlowAliveWhenNoSteps: true },
    });
    names.flow = (await new EMRClient().send(flow)).JobFlowId ?? "";
    names.application = outputOf(await begin("emr-serverless:createApplication", application)).ApplicationId;
  });

  /** moto runs Batch's jobs in Docker, unless it is told to let them succeed. */
  async function prepareBatch(): Promise<void> {
    const moto = process.env["AWS_ENDPOINT_URL_BATCH"] ?? "";
    await fetch(`${moto}/moto-api/config`, { method: "POST", body: JSON.stringify({ batch: { use_docker: false } }) });
    const form = new URLSearchParams({ Action: "CreateRole", RoleName: "service", AssumeRolePolicyDocument: "{}" });
    const Authorization = "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/iam/aws4_request, Signature=any";
    await fetch(moto, { method: "POST", headers: { Authorization }, body: form });
    const batch = new BatchClient();
    const environment = { computeEnvironmentName: "computers", type: "UNMANAGED", serviceRole: roleArn } as const;
    await batch.send(new CreateComputeEnvironmentCommand({ ...environment, state: "ENABLED" }));
    const computeEnvironmentOrder = [{ order: 1, computeEnvironment: "computers" }];
    const queue = new CreateJobQueueCommand({
      jobQueueName: "queue",
      state: "ENABLED",
      priority: 1,
      computeEnvironmentOrder,
    });
    names.queue = (await batch.send(queue)).jobQueueArn ?? "";
    const containerProperties = { image: "busybox", vcpus: 1, memory: 128, command: ["true"] };
    const definition = { jobDefinitionName: "definition", type: "container", containerProperties } as const;
    names.definition = (await batch.send(new RegisterJobDefinitionCommand(definition))).jobDefinitionArn ?? "";
  }

  test.each([
    [
      "batch:submitJob",
      () => ({ JobName: "job", JobQueue: names.queue, JobDefinition: names.definition }),
      { JobId: /./, JobName: /^job$/ },
      { JobName: /^job$/, Status: /^SUCCEEDED$/ },
    ],
    ["eks:createCluster", () => cluster, { Cluster: { Name: /^cluster$/ } }, { Cluster: { Status: /^ACTIVE$/ } }],
    ["eks:createNodegroup", () => nodes, { Nodegroup: {} }, { Nodegroup: { Status: /^ACTIVE$/ } }],
    ["eks:createFargateProfile", () => selected, { FargateProfile: {} }, { FargateProfile: { Status: /^ACTIVE$/ } }],
    ["eks:deleteFargateProfile", () => profileOf(profile), { FargateProfile: {} }, {}],
    ["eks:deleteNodegroup", () => nodesOf(nodes), { Nodegroup: {} }, {}],
    ["eks:deleteCluster", () => ({ Name: "cluster" }), { Cluster: {} }, {}],
    [
      "emr-serverless:startJobRun",
      () => ({ ApplicationId: names.application, ExecutionRoleArn: roleArn, JobDriver: sparkDriver }),
      { JobRunId: /./ },
      { JobRun: { State: /^SUCCESS$/ } },
    ],
    [
      "emr-serverless:startApplication",
      () => ({ ApplicationId: names.application }),
      {},
      { Application: { State: /^STARTED$/ } },
    ],
    [
      "emr-serverless:stopApplication",
      () => ({ ApplicationId: names.application }),
      {},
      { Application: { State: /^STOPPED$/ } },
    ],
    [
      "emr-serverless:deleteApplication",
      () => ({ ApplicationId: names.application }),
      {},
      { Application: { State: /^TERMINATED$/ } },
    ],
  ] as const)("%s.sync", async (resource, input, submitted, result) => {
    const { begun, ended } = await run(`${resource}.sync`, input());
    expect(begun).toMatchObject({ kind: "submitted" });
    expect(outputOf(begun)).toMatchObject({ ...matching(submitted), SdkHttpMetadata: { HttpStatusCode: 200 } });
    expect(ended).toMatchObject({ kind: "succeeded" });
    expect(ended.kind === "succeeded" && JSON.parse(ended.output)).toMatchObject(matching(result));
  });

  test("request-response: what the service answered", async () => {
    const input = { JobName: "again", JobQueue: names.queue, JobDefinition: names.definition };
    expect(outputOf(await begin("batch:submitJob", input))).toMatchObject({ JobName: "again" });
    expect(outputOf(await begin("eks:createCluster", { ...cluster, Name: "other" }))).toMatchObject({
      Cluster: { Name: "other", Status: "ACTIVE" },
    });
    expect(await begin("eks:createCluster", { ...cluster, Name: "other" })).toEqual({
      kind: "failed",
      error: "EKS.ResourceInUseException",
      cause: expect.stringMatching(/\(Service: AmazonEKS; Status Code: 409; Error Code: ResourceInUseException; /),
    });
  });

  test("a model: its body given, read from an object, and written to one", async () => {
    const ModelId = "cohere.command-text-v14";
    const model = await startModel();
    vi.stubEnv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", `http://127.0.0.1:${(model.address() as AddressInfo).port}`);
    onTestFinished(() => {
      vi.unstubAllEnvs();
      model.close();
    });
    expect(outputOf(await begin("bedrock:invokeModel", { ModelId, Body: { prompt: "hi" } }))).toMatchObject({
      Body: { heard: { prompt: "hi" } },
      ContentType: "application/json",
    });
    const s3 = new S3Client();
    const question = {
      Bucket: "things",
      Key: "in/question.json",
      ContentType: "application/json",
      Body: '{"prompt":"hi"}',
    };
    await s3.send(new PutObjectCommand(question));
    const places = {
      Input: { S3Uri: "s3://things/in/question.json" },
      Output: { S3Uri: "s3://things/out/answer.json" },
    };
    expect(outputOf(await begin("bedrock:invokeModel", { ModelId, ...places }))).toMatchObject({
      Body: "s3://things/out/answer.json",
    });
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: "things", Key: "out/answer.json" }));
    expect(await Body?.transformToString()).toBe('{"heard":{"prompt":"hi"}}');
    expect(await begin("bedrock:invokeModel", { ModelId, Input: { S3Uri: "s3://things/none" } })).toMatchObject({
      kind: "failed",
      error: "S3.NoSuchKeyException",
    });
  });

  test.each([
    [{ Body: {}, Input: { S3Uri: "s3://things/k" } }, /^The parameters of 'bedrock:invokeModel' have both/],
    [{ Input: { S3Uri: "things/k" } }, /^'Input' must have an 'S3Uri' of the form/],
    [{ Body: {}, Output: "s3://things/k" }, /^'Output' must have an 'S3Uri' of the form/],
  ])("a model asked for with %j", async (parameters, cause) => {
    expect(await begin("bedrock:invokeModel", { ModelId: "m", ...parameters })).toEqual({
      kind: "failed",
      error: "States.Runtime",
      cause: expect.stringMatching(cause),
    });
  });

  test("an instance group is known by its name", async () => {
    const groups = new ListInstanceGroupsCommand({ ClusterId: names.flow });
    const { InstanceGroups: [group] = [] } = await new EMRClient().send(groups);
    const given = { ClusterId: names.flow, InstanceGroupName: group?.Name, InstanceGroup: { InstanceCount: 5 } };
    expect(outputOf(await begin("elasticmapreduce:modifyInstanceGroupByName", given))).toEqual({
      SdkHttpMetadata: expect.objectContaining({ HttpStatusCode: 200 }),
      SdkResponseMetadata: expect.any(Object),
    });
    const { InstanceGroups: [changed] = [] } = await new EMRClient().send(groups);
    expect(changed).toMatchObject({ Id: group?.Id, RequestedInstanceCount: 5 });
    const unknown = { ...given, InstanceGroupName: "none" };
    expect(await begin("elasticmapreduce:modifyInstanceGroupByName", unknown)).toMatchObject({
      error: "ElasticMapReduce.InvalidRequestException",
      cause: expect.stringContaining("InstanceGroupName 'none'"),
    });
  });

  test("a step is begun, and has not failed however often one asks", async () => {
    const HadoopJarStep = { Jar: "command-runner.jar", Args: [] };
    const Step = { Name: "step", ActionOnFailure: "CONTINUE", HadoopJarStep };
    const { begun, ended } = await run("elasticmapreduce:addStep.sync", { ClusterId: names.flow, Step });
    expect(outputOf(begun)).toMatchObject({ StepId: expect.stringMatching(/^s-/) });
    expect(ended.kind).not.toBe("failed");
  });
});

function profileOf({ ClusterName, FargateProfileName }: typeof profile) {
  return { ClusterName, FargateProfileName };
}

function nodesOf({ ClusterName, NodegroupName }: typeof nodes) {
  return { ClusterName, NodegroupName };
}
