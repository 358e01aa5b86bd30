/** Amazon SNS: `arn:aws:states:::sns:publish`, with and without a task token. */
import type { PublishCommandInput } from "@aws-sdk/client-sns";
import { atTheAnswer } from "./sdk-call.ts";
import type { Service } from "./service.ts";

export const sns: Service = {
  resource: "sns",
  prefix: "SNS",
  product: "AmazonSNS",
  generalException: "AmazonSNSException",
  packageName: "@aws-sdk/client-sns",
  actions: ["publish"],
  textParameters: ["Message"],
  connect: async (settings) => {
    const { PublishCommand, SNSClient } = await import("@aws-sdk/client-sns");
    const client = new SNSClient(settings);
    return {
      publish: (parameters, { middleware, options }) => {
        // The service is the judge of a definition's parameters.
        const command = new PublishCommand(parameters as PublishCommandInput);
        command.middlewareStack.add(middleware, atTheAnswer);
        return client.send(command, options);
      },
    };
  },
};
