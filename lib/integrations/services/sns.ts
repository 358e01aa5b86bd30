/** Amazon SNS: `publish`, with and without a task token. */
import type { Service } from "../service.ts";

export const sns: Service = {
  resource: "sns",
  sdk: "sns",
  prefix: "SNS",
  product: "AmazonSNS",
  generalException: "AmazonSNSException",
  actions: { publish: { waitsForToken: true } },
};
