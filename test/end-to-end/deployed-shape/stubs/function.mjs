/**
 * Stands for each of the stack's functions where the runner itself is tested: does what a message asks for
 * and writes down that it was there, with nothing but fetch.
 */
const { AWS_LAMBDA_FUNCTION_NAME: name, BATON_TABLE: table, AWS_ENDPOINT_URL_DYNAMODB: dynamodb } = process.env;
const key = { SecretId: process.env.BATON_ACCESS_KEY_SECRET };
let invocations = 0;

export async function handler(event, context) {
  invocations += 1;
  if (event.Records !== undefined) return messages(event.Records);
  if (event.requestContext !== undefined) return request(event, context);
  await note("minute", event.time);
  return null;
}

async function messages(records) {
  const batchItemFailures = [];
  for (const record of records) {
    const { id, act, at } = JSON.parse(record.body);
    const receives = Number(record.attributes.ApproximateReceiveCount);
    await note(id, `${name.split("-")[1]} ${receives} ${record.messageId} ${process.pid}`);
    const now = name.includes("DeadLetters") ? "succeed" : receives <= (at ?? 100) ? act : "succeed";
    if (now !== "succeed") await comeBackSoon(record);
    if (now === "steal") await call(process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER, "secretsmanager.GetSecretValue", key);
    if (now === "throw") throw new TypeError("asked to throw");
    if (now === "exit") process.exit(3);
    if (now === "hang") await new Promise((resolve) => setTimeout(resolve, 60_000));
    if (now === "malformed") return { batchItemFailures: [{ itemIdentifier: "nobody's" }] };
    if (now === "fail") batchItemFailures.push({ itemIdentifier: record.messageId });
  }
  return { batchItemFailures };
}

function request(event, context) {
  const remaining = context.getRemainingTimeInMillis();
  const body = event.isBase64Encoded ? Buffer.from(event.body, "base64").toString() : event.body;
  const seen = { invocations, remaining, pid: process.pid, body, event };
  return { statusCode: 201, headers: { "X-Seen": "yes" }, cookies: ["a=1", "b=2"], body: JSON.stringify(seen) };
}

function note(pk, sk) {
  return call(dynamodb, "DynamoDB_20120810.PutItem", { TableName: table, Item: { pk: { S: pk }, sk: { S: sk } } });
}

function comeBackSoon({ receiptHandle, eventSourceARN }) {
  const { BATON_FLOW_QUEUE_URL: flow, BATON_TASKS_QUEUE_URL: tasks } = process.env;
  const QueueUrl = [flow, tasks].find((url) => url.endsWith(eventSourceARN.split(":").pop()));
  const change = { QueueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: 0 };
  return call(process.env.AWS_ENDPOINT_URL_SQS, "AmazonSQS.ChangeMessageVisibility", change);
}

async function call(endpoint, target, body) {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": target,
      authorization: `AWS4-HMAC-SHA256 Credential=${process.env.AWS_ACCESS_KEY_ID}/20260101/${process.env.AWS_REGION}/x/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${target}: ${response.status} ${await response.text()}`);
}
