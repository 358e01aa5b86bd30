/** AWS Elemental MediaConvert: `createJob`, with `.sync` too. */
import type { Service } from "../service.ts";

const job = { Id: "$.Answer.Job.Id" };

export const mediaconvert: Service = {
  resource: "mediaconvert",
  sdk: "mediaconvert",
  prefix: "MediaConvert",
  product: "AWSMediaConvert",
  generalException: "AWSMediaConvertException",
  actions: {
    createJob: {
      job: {
        describe: { action: "getJob", parameters: job },
        status: "$.Job.Status",
        succeeded: ["COMPLETE"],
        failed: ["ERROR", "CANCELED"],
        stop: { action: "cancelJob", parameters: job },
      },
    },
  },
};
