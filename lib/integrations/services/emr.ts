/** Amazon EMR: clusters and their steps, under names of Step Functions' own. */
import { at, type Json } from "../poller.ts";
import type { Service } from "../service.ts";

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
      output: (answer) => at(answer, "$.CancelStepsInfoList[0]") ?? answer,
    },
    setClusterTerminationProtection: {
      calls: { action: "setTerminationProtection" },
      parameters: (given) =>
        without({
          JobFlowIds: listOf(at(given, "$.ClusterId")),
          TerminationProtected: at(given, "$.TerminationProtected"),
        }),
    },
  },
};

function listOf(item: Json | undefined): Json {
  return item === undefined ? [] : [item];
}

/** Members that the state did not give are not sent. */
function without(members: Readonly<Record<string, Json | undefined>>): Json {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
