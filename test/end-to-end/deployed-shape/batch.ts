/** A batch of SQS messages as the event of a function, and what the function's answer says of it. */
import type { Message, MessageAttributeValue } from "@aws-sdk/client-sqs";
import type { Mapping } from "./event-source.ts";
import { largestPayload } from "./process.ts";

export function recordOf(message: Message, mapping: Mapping, hiddenAttribute: string): object {
  const { [hiddenAttribute]: _hidden, ...attributes } = message.MessageAttributes ?? {};
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, lambdaForm(value)])),
    md5OfBody: message.MD5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN: mapping.queueArn,
    awsRegion: mapping.region,
  };
}

function lambdaForm({ StringValue, DataType }: MessageAttributeValue): object {
  return { stringValue: StringValue, stringListValues: [], binaryListValues: [], dataType: DataType };
}

/** As many from the front as one invocation may carry; at least one. */
export function deliverable(messages: readonly Message[], mapping: Mapping): readonly Message[] {
  let bytes = 100;
  const end = messages.findIndex((message, index) => {
    bytes += Buffer.byteLength(JSON.stringify(recordOf(message, mapping, ""))) + 1;
    return index > 0 && bytes > largestPayload;
  });
  return end === -1 ? messages : messages.slice(0, end);
}

/**
 * Message ids that the answer names as failed. An answer that Lambda does not understand fails the whole
 * batch, an empty or absent one nothing:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function failedItems(payload: string, batch: readonly Message[]): ReadonlySet<string> {
  const ids = batch.flatMap(({ MessageId }) => MessageId ?? []);
  const answer: unknown = JSON.parse(payload);
  if (answer === null || answer === "") return new Set();
  const failures: unknown = typeof answer === "object" ? (Reflect.get(answer, "batchItemFailures") ?? []) : undefined;
  if (!Array.isArray(failures)) return new Set(ids);
  const named = failures.map((failure: unknown) =>
    typeof failure === "object" && failure !== null ? Reflect.get(failure, "itemIdentifier") : undefined,
  );
  return named.every((id) => ids.includes(id)) ? new Set(named) : new Set(ids);
}
