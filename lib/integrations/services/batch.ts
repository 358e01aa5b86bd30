/** AWS Batch: `submitJob`, with `.sync` too. */
import type { Service } from "../service.ts";

export const batch: Service = {
  resource: "batch",
  sdk: "batch",
  prefix: "Batch",
  product: "AWSBatch",
  generalException: "AWSBatchException",
  actions: {
    submitJob: {
      job: {
        describe: { action: "describeJobs", parameters: { Jobs: ["$.Answer.JobId"] } },
        status: "$.Jobs[0].Status",
        succeeded: ["SUCCEEDED"],
        failed: ["FAILED"],
        result: "$.Jobs[0]",
        stop: {
          action: "terminateJob",
          parameters: { JobId: "$.Answer.JobId", Reason: "The state that waits for this job was aborted" },
        },
      },
    },
  },
};
