/** Amazon EMR on EKS: virtual clusters and job runs. */
import type { Service } from "../service.ts";

const run = { Id: "$.Answer.Id", VirtualClusterId: "$.Given.VirtualClusterId" };

export const emrContainers: Service = {
  resource: "emr-containers",
  sdk: "emrcontainers",
  prefix: "EMRContainers",
  product: "AmazonEMRContainers",
  generalException: "AmazonEMRContainersException",
  actions: {
    createVirtualCluster: {},
    deleteVirtualCluster: {
      job: {
        describe: { action: "describeVirtualCluster", parameters: { Id: "$.Given.Id" } },
        status: "$.VirtualCluster.State",
        succeeded: ["TERMINATED"],
        failed: ["ARRESTED"],
      },
    },
    startJobRun: {
      job: {
        describe: { action: "describeJobRun", parameters: run },
        status: "$.JobRun.State",
        succeeded: ["COMPLETED"],
        failed: ["FAILED", "CANCELLED"],
        stop: { action: "cancelJobRun", parameters: run },
      },
    },
  },
};
