/** Amazon EMR: clusters and their steps, under names of Step Functions' own. */
import { callFailure } from "../call-failure.ts";
import { at, type Json } from "../poller.ts";
import { type Ask, type Asked, answered, type Service } from "../service.ts";

const clusterById = { ClusterId: "$.Answer.ClusterId" };
const stepById = { ClusterId: "$.Given.ClusterId", StepId: "$.Answer.StepId" };

export const emr: Service = {
  resource: "elasticmapreduce",
  sdk: "emr",
  prefix: "ElasticMapReduce",
  product: "AmazonElasticMapReduce",
  generalException: "AmazonElasticMapReduceException",
  actions: {
    createCluster: {
      calls: { action: "runJobFlow" },
      output: (answer) => without({ ClusterId: at(answer, "$.JobFlowId"), ClusterArn: at(answer, "$.ClusterArn") }),
      job: {
        describe: { action: "describeCluster", parameters: clusterById },
        status: "$.Cluster.Status.State",
        succeeded: ["WAITING", "TERMINATED"],
        failed: ["TERMINATED_WITH_ERRORS"],
        stop: { action: "terminateJobFlows", parameters: { JobFlowIds: ["$.Answer.ClusterId"] } },
      },
    },
    terminateCluster: {
      calls: { action: "terminateJobFlows" },
      parameters: (given) => without({ JobFlowIds: listOf(at(given, "$.ClusterId")) }),
      job: {
        describe: { action: "describeCluster", parameters: { ClusterId: "$.Given.ClusterId" } },
        status: "$.Cluster.Status.State",
        succeeded: ["TERMINATED"],
        failed: ["TERMINATED_WITH_ERRORS"],
      },
    },
    addStep: {
      calls: { action: "addJobFlowSteps" },
      parameters: (given) =>
        without({
          JobFlowId: at(given, "$.ClusterId"),
          Steps: listOf(at(given, "$.Step")),
          ExecutionRoleArn: at(given, "$.ExecutionRoleArn"),
        }),
      output: (answer) => without({ StepId: at(answer, "$.StepIds[0]") }),
      job: {
        describe: { action: "describeStep", parameters: stepById },
        status: "$.Step.Status.State",
        succeeded: ["COMPLETED"],
        failed: ["FAILED", "CANCELLED", "INTERRUPTED"],
        stop: {
          action: "cancelSteps",
          parameters: { ClusterId: "$.Given.ClusterId", StepIds: ["$.Answer.StepId"] },
        },
      },
    },
    cancelStep: {
      calls: { action: "cancelSteps" },
      parameters: (given) => without({ ClusterId: at(given, "$.ClusterId"), StepIds: listOf(at(given, "$.StepId")) }),
      output: (answer) => without({ CancelStepsInfo: at(answer, "$.CancelStepsInfoList[0]") }),
    },
    setClusterTerminationProtection: {
      calls: { action: "setTerminationProtection" },
      parameters: (given) =>
        without({
          JobFlowIds: listOf(at(given, "$.ClusterId")),
          TerminationProtected: at(given, "$.TerminationProtected"),
        }),
    },
    modifyInstanceFleetByName: {
      calls: { action: "modifyInstanceFleet" },
      prepared: async (given, ask) => {
        const found = await idByName(given, ask, "InstanceFleet");
        if (found.kind === "failed") return found;
        const InstanceFleet = { ...membersOf(at(given, "$.InstanceFleet")), InstanceFleetId: found.output };
        return answered(without({ ClusterId: at(given, "$.ClusterId"), InstanceFleet }));
      },
    },
    modifyInstanceGroupByName: {
      calls: { action: "modifyInstanceGroups" },
      prepared: async (given, ask) => {
        const found = await idByName(given, ask, "InstanceGroup");
        if (found.kind === "failed") return found;
        const group = { ...membersOf(at(given, "$.InstanceGroup")), InstanceGroupId: found.output };
        return answered(without({ ClusterId: at(given, "$.ClusterId"), InstanceGroups: [group] }));
      },
    },
  },
};

/** The id behind `InstanceFleetName` or `InstanceGroupName`: a cluster's list of either is one page. */
async function idByName(given: Json, ask: Ask, what: "InstanceFleet" | "InstanceGroup"): Promise<Asked> {
  const ClusterId = at(given, "$.ClusterId") ?? "";
  const name = at(given, `$.${what}Name`);
  const listed = await ask(emr, `list${what}s`, { ClusterId });
  if (listed.kind === "failed") return listed;
  const all = at(listed.output, `$.${what}s`) ?? [];
  const list = Array.isArray(all) ? all : [];
  const id = list.map((one: Json) => (at(one, "$.Name") === name ? at(one, "$.Id") : undefined)).find(Boolean);
  if (id !== undefined) return answered(id);
  const names = list.map((one: Json) => String(at(one, "$.Name"))).join(", ");
  const cause = `The cluster '${String(ClusterId)}' has nothing with the ${what}Name '${String(name)}': it has ${names || "none"}.`;
  return callFailure("ElasticMapReduce.InvalidRequestException", cause);
}

function membersOf(value: Json | undefined): object {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

function listOf(item: Json | undefined): Json {
  return item === undefined ? [] : [item];
}

/** Members that the state did not give are not sent. */
function without(members: Readonly<Record<string, Json | undefined>>): Json {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
