/** AWS CodeBuild: builds and batches of builds (both with `.sync` too), and what ends and removes them. */
import type { Service } from "../service.ts";

const failed = ["FAILED", "FAULT", "TIMED_OUT", "STOPPED"];

export const codebuild: Service = {
  resource: "codebuild",
  sdk: "codebuild",
  prefix: "CodeBuild",
  product: "AWSCodeBuild",
  generalException: "AWSCodeBuildException",
  actions: {
    startBuild: {
      job: {
        describe: { action: "batchGetBuilds", parameters: { Ids: ["$.Answer.Build.Id"] } },
        status: "$.Builds[0].BuildStatus",
        succeeded: ["SUCCEEDED"],
        failed,
        result: { Build: "$.Builds[0]" },
        stop: { action: "stopBuild", parameters: { Id: "$.Answer.Build.Id" } },
      },
    },
    stopBuild: {},
    batchDeleteBuilds: {},
    batchGetReports: {},
    startBuildBatch: {
      job: {
        describe: { action: "batchGetBuildBatches", parameters: { Ids: ["$.Answer.BuildBatch.Id"] } },
        status: "$.BuildBatches[0].BuildBatchStatus",
        succeeded: ["SUCCEEDED"],
        failed,
        result: { BuildBatch: "$.BuildBatches[0]" },
        stop: { action: "stopBuildBatch", parameters: { Id: "$.Answer.BuildBatch.Id" } },
      },
    },
    stopBuildBatch: {},
    retryBuildBatch: {},
    deleteBuildBatch: {},
    batchGetBuildBatches: {},
  },
};
