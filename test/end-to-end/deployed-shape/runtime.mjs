/**
 * Lambda's runtime inside a function's own process: loads the handler, takes one event at a time from the
 * parent and answers with the result or the error as Lambda words them.
 */
import { pathToFileURL } from "node:url";

const [file, exported, deployedArn] = process.argv.slice(2);

// An orphan ends itself.
process.on("disconnect", () => process.exit(0));
process.on("message", (invocation) => void run(invocation));

const handler = load();
handler.then(
  () => process.send({ kind: "ready" }),
  (error) => process.send({ kind: "broken", error: described(error) }),
);

async function load() {
  const found = (await import(pathToFileURL(file).href))[exported];
  if (typeof found === "function") return found;
  throw Object.assign(new Error(`${file} exports no function '${exported}'`), { name: "Runtime.HandlerNotFound" });
}

async function run({ id, event, deadline }) {
  const context = {
    awsRequestId: id,
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: "$LATEST",
    invokedFunctionArn: deployedArn,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  try {
    const result = await (await handler)(JSON.parse(event), context);
    process.send({ kind: "returned", id, payload: JSON.stringify(result === undefined ? null : result) });
  } catch (error) {
    process.send({ kind: "threw", id, error: described(error) });
  }
}

function described(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split("\n") };
}
