/** Amazon EMR Serverless: applications and job runs. */
import type { Action, Service } from "../service.ts";

const run = { ApplicationId: "$.Given.ApplicationId", JobRunId: "$.Answer.JobRunId" };

export const emrServerless: Service = {
  resource: "emr-serverless",
  sdk: "emrserverless",
  prefix: "EmrServerless",
  product: "AmazonEMRServerless",
  generalException: "AmazonEMRServerlessException",
  actions: {
    createApplication: reaching("CREATED", "$.Answer.ApplicationId"),
    startApplication: reaching("STARTED", "$.Given.ApplicationId"),
    stopApplication: reaching("STOPPED", "$.Given.ApplicationId"),
    deleteApplication: reaching("TERMINATED", "$.Given.ApplicationId"),
    startJobRun: {
      job: {
        describe: { action: "getJobRun", parameters: run },
        status: "$.JobRun.State",
        succeeded: ["SUCCESS"],
        failed: ["FAILED", "CANCELLED"],
        stop: { action: "cancelJobRun", parameters: run },
      },
    },
    cancelJobRun: {
      job: {
        describe: { action: "getJobRun", parameters: { ...run, JobRunId: "$.Given.JobRunId" } },
        status: "$.JobRun.State",
        succeeded: ["CANCELLED"],
        failed: ["SUCCESS", "FAILED"],
      },
    },
  },
};

function reaching(state: string, ApplicationId: string): Action {
  return {
    job: {
      describe: { action: "getApplication", parameters: { ApplicationId } },
      status: "$.Application.State",
      succeeded: [state],
      failed: state === "TERMINATED" ? [] : ["TERMINATED"],
      goneIsSuccess: state === "TERMINATED",
    },
  };
}
