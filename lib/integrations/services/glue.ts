/** AWS Glue: `startJobRun`, with `.sync` too. */
import type { Service } from "../service.ts";

export const glue: Service = {
  resource: "glue",
  sdk: "glue",
  prefix: "Glue",
  product: "AWSGlue",
  generalException: "AWSGlueException",
  actions: {
    startJobRun: {
      job: {
        describe: {
          action: "getJobRun",
          parameters: { JobName: "$.Given.JobName", RunId: "$.Answer.JobRunId" },
        },
        status: "$.JobRun.JobRunState",
        succeeded: ["SUCCEEDED"],
        failed: ["FAILED", "STOPPED", "TIMEOUT", "ERROR", "EXPIRED"],
        result: "$.JobRun",
        stop: {
          action: "batchStopJobRun",
          parameters: { JobName: "$.Given.JobName", JobRunIds: ["$.Answer.JobRunId"] },
        },
      },
    },
  },
};
