/**
 * EMR on EKS, without its package of the SDK: the calls that the table makes, in the names that its API has. That the
 * package writes them as the API wants them is seen of the other services, in `every-action.test.ts`.
 */
import { beforeEach, describe, expect, test } from "vitest";
import type { IntegrationCall } from "../../lib/integrations/integration.ts";
import { pollJob, stopJob } from "../../lib/integrations/jobs.ts";
import type { SendBySdk } from "../../lib/integrations/sdk/sdk.ts";
import { askingOf, serviceAction } from "../../lib/integrations/service.ts";
import { emrContainers } from "../../lib/integrations/services/emr-containers.ts";
import { jobOf } from "./job-runner.ts";

const asked: (readonly [string, object])[] = [];
let answers: Readonly<Record<string, object>> = {};
beforeEach(() => void asked.splice(0));

const send: SendBySdk = async ({ service, action, parameters }) => {
  expect(service).toBe("emrcontainers");
  asked.push([action, JSON.parse(parameters)]);
  return { kind: "answered", output: answers[action] ?? {}, http: { statusCode: 200, requestId: "r", headers: {} } };
};

function begin(name: string, given: object, pattern: IntegrationCall["pattern"]) {
  const call = {
    ...jobOf(`emr-containers:${name}`, ""),
    arguments: JSON.stringify(given),
    idempotencyKey: "key",
    pattern,
  };
  return serviceAction(emrContainers, name, emrContainers.actions[name] ?? {}, send)(call);
}

describe("EMR on EKS", () => {
  test("a virtual cluster is made", async () => {
    answers = { createVirtualCluster: { Id: "v1", Name: "v", Arn: "arn:v1" } };
    const given = { Name: "v", ContainerProvider: { Type: "EKS", Id: "c", Info: { EksInfo: { Namespace: "n" } } } };
    const result = await begin("createVirtualCluster", given, "request-response");
    expect(result.kind === "succeeded" && JSON.parse(result.output)).toMatchObject({ Id: "v1", Arn: "arn:v1" });
    expect(asked).toEqual([["createVirtualCluster", given]]);
  });

  const run = { VirtualClusterId: "v1", Name: "n", ExecutionRoleArn: "r", ReleaseLabel: "emr-6.6.0-latest" };
  const ofRun = { Id: "r1", VirtualClusterId: "v1" };
  test.each([
    ["startJobRun", run, { JobRun: { ...ofRun, State: "RUNNING" } }, "running"],
    ["startJobRun", run, { JobRun: { ...ofRun, State: "COMPLETED" } }, "succeeded"],
    ["startJobRun", run, { JobRun: { ...ofRun, State: "FAILED" } }, "failed"],
    ["startJobRun", run, { JobRun: { ...ofRun, State: "CANCELLED" } }, "failed"],
    ["deleteVirtualCluster", { Id: "v1" }, { VirtualCluster: { Id: "v1", State: "TERMINATING" } }, "running"],
    ["deleteVirtualCluster", { Id: "v1" }, { VirtualCluster: { Id: "v1", State: "TERMINATED" } }, "succeeded"],
    ["deleteVirtualCluster", { Id: "v1" }, { VirtualCluster: { Id: "v1", State: "ARRESTED" } }, "failed"],
  ])("%s.sync %j of which %j is told: %s", async (name, given, described, kind) => {
    const isRun = name === "startJobRun";
    answers = { [name]: isRun ? ofRun : { Id: "v1" }, describeJobRun: described, describeVirtualCluster: described };
    const action = emrContainers.actions[name];
    const begun = await begin(name, given, "sync");
    if (begun.kind !== "submitted" || action?.job === undefined) throw new Error(`${name} began nothing`);
    const job = jobOf(`emr-containers:${name}.sync`, begun.job ?? "");
    const ended = await pollJob(send, askingOf(emrContainers, action), action.job, job);
    expect(ended.kind).toBe(kind);
    if (ended.kind === "succeeded") expect(JSON.parse(ended.output)).toEqual(described);
    await stopJob(send, askingOf(emrContainers, action), job);
    expect(asked).toEqual([
      [name, given],
      isRun ? ["describeJobRun", ofRun] : ["describeVirtualCluster", { Id: "v1" }],
      ...(isRun ? [["cancelJobRun", ofRun]] : []),
    ]);
  });
});
