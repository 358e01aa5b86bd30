/** Amazon SQS: `sendMessage`, with and without a task token. */
import type { Service } from "../service.ts";

export const sqs: Service = {
  resource: "sqs",
  sdk: "sqs",
  prefix: "SQS",
  product: "AmazonSQS",
  generalException: "AmazonSQSException",
  actions: { sendMessage: { waitsForToken: true } },
};
