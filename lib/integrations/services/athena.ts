/** Amazon Athena: `startQueryExecution` (with `.sync` too), `stopQueryExecution`, `getQueryExecution`, `getQueryResults`. */
import type { Service } from "../service.ts";

export const athena: Service = {
  resource: "athena",
  sdk: "athena",
  prefix: "Athena",
  product: "AmazonAthena",
  generalException: "AmazonAthenaException",
  actions: {
    startQueryExecution: {
      job: {
        describe: {
          action: "getQueryExecution",
          parameters: { QueryExecutionId: "$.Answer.QueryExecutionId" },
        },
        status: "$.QueryExecution.Status.State",
        succeeded: ["SUCCEEDED"],
        failed: ["FAILED", "CANCELLED"],
        stop: { action: "stopQueryExecution", parameters: { QueryExecutionId: "$.Answer.QueryExecutionId" } },
      },
    },
    stopQueryExecution: {},
    getQueryExecution: {},
    getQueryResults: {},
  },
};
