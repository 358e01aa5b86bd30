/** Amazon EKS: clusters, node groups and Fargate profiles, made and deleted, with `.sync` too. */
import type { Action, Service } from "../service.ts";

const cluster = { Name: "$.Given.Name" };
const nodegroup = { ClusterName: "$.Given.ClusterName", NodegroupName: "$.Given.NodegroupName" };
const profile = { ClusterName: "$.Given.ClusterName", FargateProfileName: "$.Given.FargateProfileName" };

export const eks: Service = {
  resource: "eks",
  sdk: "eks",
  prefix: "EKS",
  product: "AmazonEKS",
  generalException: "AmazonEKSException",
  actions: {
    createCluster: made("describeCluster", cluster, "$.Cluster.Status"),
    deleteCluster: deleted("describeCluster", cluster, "$.Cluster.Status"),
    createNodegroup: made("describeNodegroup", nodegroup, "$.Nodegroup.Status"),
    deleteNodegroup: deleted("describeNodegroup", nodegroup, "$.Nodegroup.Status"),
    createFargateProfile: made("describeFargateProfile", profile, "$.FargateProfile.Status"),
    deleteFargateProfile: deleted("describeFargateProfile", profile, "$.FargateProfile.Status"),
  },
};

function made(action: string, parameters: Readonly<Record<string, string>>, status: string): Action {
  const failed = ["FAILED", "CREATE_FAILED", "DELETE_FAILED", "DEGRADED", "DELETING"];
  return { job: { describe: { action, parameters }, status, succeeded: ["ACTIVE"], failed } };
}

function deleted(action: string, parameters: Readonly<Record<string, string>>, status: string): Action {
  const failed = ["FAILED", "DELETE_FAILED"];
  return { job: { describe: { action, parameters }, status, succeeded: [], failed, goneIsSuccess: true } };
}
