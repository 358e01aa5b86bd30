/** Amazon Bedrock: `invokeModel`, and `createModelCustomizationJob` with `.sync` too. */
import { at, type Json } from "../poller.ts";
import type { Service } from "../service.ts";

const identifier = { JobIdentifier: "$.Answer.JobArn" };

export const bedrock: Service = {
  resource: "bedrock",
  sdk: "bedrock",
  prefix: "Bedrock",
  product: "Bedrock",
  generalException: "BedrockException",
  bytes: "text",
  withoutMetadata: true,
  actions: {
    invokeModel: {
      calls: { service: "bedrockruntime", action: "invokeModel" },
      parameters: withJsonTypes,
      output: withReadBody,
      waitsForToken: true,
    },
    createModelCustomizationJob: {
      job: {
        describe: { action: "getModelCustomizationJob", parameters: identifier },
        status: "$.Status",
        succeeded: ["Completed"],
        failed: ["Failed", "Stopped"],
        stop: { action: "stopModelCustomizationJob", parameters: identifier },
      },
    },
  },
};

function withJsonTypes(given: Json): Json {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return given;
  return { ContentType: "application/json", Accept: "application/json", ...given };
}

/** The model's answer is JSON, and the state sees it as such. */
function withReadBody(answer: Json): Json {
  const body = at(answer, "$.Body");
  if (typeof body !== "string" || typeof answer !== "object" || answer === null) return answer;
  try {
    return { ...answer, Body: JSON.parse(body) };
  } catch {
    return answer;
  }
}
