/**
 * `npm run deployed-shape`: synthesizes the stack, runs it on real servers, sends the order pipeline's cases
 * through its API and prints what happened. `--keep` stays up, `--chaos SEED` lets it be a bad day,
 * `--logs` shows what the functions write.
 */
import { isDeepStrictEqual } from "node:util";
import { commandOptions } from "../../command-options.ts";
import { loadExample } from "../../examples/example.ts";
import { startServers } from "../../servers/servers.ts";
import type { ChaosOptions } from "./chaos.ts";
import { functionNames } from "./lambda-api.ts";
import { type CaseRun, runCases } from "./pipeline.ts";
import { type DeployedShape, type DeployedShapeOptions, startDeployedShape } from "./shape.ts";
import { synthesize } from "./synthesize.ts";

const { values: flags } = commandOptions("deployed-shape", {
  options: { keep: { type: "boolean" }, chaos: { type: "string" }, logs: { type: "boolean" } },
});
const example = loadExample("order-processing");

const servers = await startServers({ dynamodb: true, sqs: true, s3: true });
if (servers.kind === "missing") {
  console.error(`The deployed shape needs its servers: ${servers.reason}.`);
  process.exit(1);
}
console.log("DynamoDB Local, ElasticMQ and moto are up");

const chaos = flags.chaos === undefined ? undefined : badDay(Number(flags.chaos));
const interrupted = new Promise<"interrupted">((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve("interrupted"));
});
const assembly = synthesize({}, functionNames(example.functions));
const shape = await startDeployedShape(options(assembly, servers.environment));
try {
  printStack(shape);
  const ended = await Promise.race([runPipeline(shape), interrupted]);
  if (ended !== "interrupted" && flags.keep) {
    printExports(shape);
    await interrupted;
  }
} finally {
  await shape.stop();
  await servers.stop();
}

async function runPipeline(running: DeployedShape): Promise<void> {
  const runs = await runCases(running, example, { seconds: 300, onEnd: printRun });
  printCounts(running);
  const wrong = runs.filter((run) => !isDeepStrictEqual(run.outcome, run.example.expected));
  for (const { example, outcome } of wrong) console.log(`not as expected: ${example.name} ${JSON.stringify(outcome)}`);
  if (wrong.length > 0) process.exitCode = 1;
}

function options(assembly: string, environment: Readonly<Record<string, string>>): DeployedShapeOptions {
  return {
    assembly,
    servers: environment,
    functions: example.functions,
    ...(chaos && { chaos }),
    ...(flags.logs && { onLog: (name, line) => console.log(`  ${name}: ${line}`) }),
  };
}

function badDay(seed: number): ChaosOptions {
  console.log(`a bad day: each message twice and in any order, a worker killed at one in fifty calls; seed ${seed}`);
  return { seed, twice: true, holdMilliseconds: 200, killShare: 0.02, comeBackSeconds: 1, kills: ["Advance", "Api"] };
}

function printStack({ outputs, leftOut }: DeployedShape): void {
  console.log("the synthesized stack runs, but for what these servers lack:");
  for (const each of leftOut) console.log(`  - ${each}`);
  for (const [name, value] of Object.entries(outputs)) console.log(`${name.padEnd(16)} ${value}`);
}

function printRun({ example, outcome, milliseconds, history }: CaseRun): void {
  const what = outcome.error ?? JSON.stringify(outcome.output);
  console.log(
    `${example.name.padEnd(16)} ${outcome.status.padEnd(10)} ${milliseconds} ms, ${history.length} events: ${what}`,
  );
}

function printCounts(shape: DeployedShape): void {
  const { functions, queues, calls } = shape.counts();
  console.table(functions);
  console.table(queues);
  console.table(calls);
  for (const each of shape.denied) console.log(`refused by IAM: ${each}`);
}

function printExports({ endpoint, accessKey, region }: DeployedShape): void {
  console.log("up until Ctrl+C; in another shell:");
  console.log(`export AWS_ENDPOINT_URL_SFN=${endpoint} AWS_DISABLE_HOST_PREFIX_INJECTION=true AWS_REGION=${region} AWS_DEFAULT_REGION=${region} \\
  AWS_ACCESS_KEY_ID=${accessKey.accessKeyId} AWS_SECRET_ACCESS_KEY=${accessKey.secretAccessKey}`);
}
