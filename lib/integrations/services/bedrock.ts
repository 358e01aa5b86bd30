/** Amazon Bedrock: `invokeModel`, and `createModelCustomizationJob` with `.sync` too. */
import { callFailure } from "../call-failure.ts";
import { at, type Json } from "../poller.ts";
import { type Ask, type Asked, answered, type Service } from "../service.ts";

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
      prepared: withBody,
      output: withReadBody,
      stored: withBodyWhereAsked,
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

const s3 = { sdk: "s3", prefix: "S3", product: "AmazonS3", generalException: "AmazonS3Exception" };

/** `Input` and `Output` are Step Functions' own: an object to read the body from, and one to write the answer's to. */
async function withBody(given: Json, ask: Ask): Promise<Asked> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return answered(given);
  const { Input, Output, ...parameters } = given as Readonly<Record<string, Json>>;
  if (Output !== undefined && placeOf(Output) === undefined) return unusable(wrongPlace("Output", Output));
  const types = { ContentType: "application/json", Accept: "application/json" };
  if (Input === undefined) return answered({ ...types, ...parameters });
  if ("Body" in parameters) return unusable("The parameters of 'bedrock:invokeModel' have both 'Body' and 'Input'.");
  const place = placeOf(Input);
  if (place === undefined) return unusable(wrongPlace("Input", Input));
  const found = await ask(s3, "getObject", place);
  if (found.kind === "failed") return found;
  const ContentType = at(found.output, "$.ContentType") ?? types.ContentType;
  return answered({ ...types, ContentType, ...parameters, Body: at(found.output, "$.Body") ?? "" });
}

/** The body goes to the object, and the state sees where it is. */
async function withBodyWhereAsked(answer: Json, given: Json, ask: Ask): Promise<Asked> {
  const asked = at(given, "$.Output");
  const place = asked === undefined ? undefined : placeOf(asked);
  if (place === undefined || typeof answer !== "object" || answer === null) return answered(answer);
  const Body = at(answer, "$.Body") ?? "";
  const ContentType = at(answer, "$.ContentType") ?? "application/json";
  const written = await ask(s3, "putObject", { ...place, Body, ContentType });
  return written.kind === "failed" ? written : answered({ ...answer, Body: `s3://${place.Bucket}/${place.Key}` });
}

function placeOf(value: Json): { readonly Bucket: string; readonly Key: string } | undefined {
  const uri = at(value, "$.S3Uri");
  const [, Bucket, Key] = (typeof uri === "string" && /^s3:\/\/([^/]+)\/(.+)$/.exec(uri)) || [];
  return Bucket === undefined || Key === undefined ? undefined : { Bucket, Key };
}

function wrongPlace(name: string, value: Json): string {
  return `'${name}' must have an 'S3Uri' of the form s3://bucket/key, but was: ${JSON.stringify(value)}`;
}

function unusable(cause: string): Asked {
  return callFailure("States.Runtime", cause);
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
