/** Amazon SQS: `arn:aws:states:::sqs:sendMessage`, with and without a task token. */
import type { SendMessageCommandInput } from "@aws-sdk/client-sqs";
import { atTheAnswer } from "./sdk-call.ts";
import type { Service } from "./service.ts";

export const sqs: Service = {
  resource: "sqs",
  prefix: "SQS",
  product: "AmazonSQS",
  generalException: "AmazonSQSException",
  packageName: "@aws-sdk/client-sqs",
  actions: ["sendMessage"],
  textParameters: ["MessageBody"],
  connect: async (settings) => {
    const { SendMessageCommand, SQSClient } = await import("@aws-sdk/client-sqs");
    const client = new SQSClient(settings);
    return {
      sendMessage: (parameters, { middleware, options }) => {
        // The service is the judge of a definition's parameters.
        const command = new SendMessageCommand(parameters as SendMessageCommandInput);
        command.middlewareStack.add(middleware, atTheAnswer);
        return client.send(command, options);
      },
    };
  },
};
