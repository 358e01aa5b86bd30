/** AWS Glue DataBrew: `startJobRun`, with `.sync` too. */
import type { Service } from "../service.ts";

const run = { Name: "$.Given.Name", RunId: "$.Answer.RunId" };

export const databrew: Service = {
  resource: "databrew",
  sdk: "databrew",
  prefix: "DataBrew",
  product: "AWSGlueDataBrew",
  generalException: "AWSGlueDataBrewException",
  actions: {
    startJobRun: {
      job: {
        describe: { action: "describeJobRun", parameters: run },
        status: "$.State",
        succeeded: ["SUCCEEDED"],
        failed: ["FAILED", "TIMEOUT", "STOPPED"],
        stop: { action: "stopJobRun", parameters: run },
      },
    },
  },
};
