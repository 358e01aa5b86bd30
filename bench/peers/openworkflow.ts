/**
 * One round of openworkflow (npm), run by a process of its own: executions of a chain of steps that do nothing,
 * durable in its SQLite store. Prints steps per second.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

interface Steps {
  readonly step: { run<T>(spec: { readonly name: string }, work: () => Promise<T>): Promise<T> };
}
interface Runnable {
  run(input: object): Promise<{ result(): Promise<unknown> }>;
}
interface Client {
  defineWorkflow(spec: { readonly name: string }, work: (context: Steps) => Promise<unknown>): Runnable;
  newWorker(options: { readonly concurrency: number }): { start(): Promise<void>; stop(): Promise<void> };
}
interface Package {
  readonly OpenWorkflow: new (options: { readonly backend: unknown }) => Client;
  readonly BackendSqlite: { connect(path: string): { stop(): Promise<void> } };
}

const [folder = "", executionsText = "", statesText = "", inFlightText = ""] = process.argv.slice(2);
const [executions, states, inFlight] = [Number(executionsText), Number(statesText), Number(inFlightText)];

const { OpenWorkflow, BackendSqlite } = await load(folder);
const data = await mkdtemp(join(tmpdir(), "baton-bench-"));
const backend = BackendSqlite.connect(join(data, "store.db"));
const client = new OpenWorkflow({ backend });
const chain = client.defineWorkflow({ name: "chain" }, async ({ step }) => {
  for (let state = 0; state < states; state++) await step.run({ name: `state-${state}` }, async () => ({ state }));
});
const worker = client.newWorker({ concurrency: inFlight });
await worker.start();
const begun = performance.now();
let started = 0;
const user = async (): Promise<void> => {
  while (started < executions) await (await chain.run({ order: ++started })).result();
};
await Promise.all(Array.from({ length: inFlight }, user));
const seconds = (performance.now() - begun) / 1_000;
await worker.stop();
await backend.stop();
await rm(data, { recursive: true });
console.log((executions * states) / seconds);

/** Its two entries, from the folder that it is installed in. */
async function load(from: string): Promise<Package> {
  const { resolve } = createRequire(join(from, "package.json"));
  const entries = ["openworkflow", "openworkflow/sqlite"].map((name) => import(pathToFileURL(resolve(name)).href));
  return Object.assign({}, ...(await Promise.all(entries)));
}
