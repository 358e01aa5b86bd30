/**
 * `npm run fuzz -- --cases N [--seed S]`: that many cases, watched. Prints a line per 10,000 cases and the
 * figures at the end; a case that throws or does not end is printed with its bytes, and the command fails.
 */
import { Worker } from "node:worker_threads";
import { commandOptions, countOf } from "../command-options.ts";
import { longestCase, type Tally } from "./worker.ts";

const config = {
  options: {
    cases: { type: "string", default: "100000" },
    seed: { type: "string", default: String(Date.now() % 1e9) },
  },
} as const;
const { values } = commandOptions("fuzz", config);
const count = (name: "cases" | "seed"): number => countOf("fuzz", config, name, values[name]);

/** Far above every budget of a case, even on a busy machine. */
const hangAfterMilliseconds = 60_000;

const at = new SharedArrayBuffer(8 + longestCase);
const [cases, seed] = [count("cases"), count("seed")];
console.log(`seed ${seed}, ${cases} cases`);

const started = performance.now();
const script = JSON.stringify(new URL("./worker.ts", import.meta.url).href);
// A thread does not inherit tsx, which reads TypeScript for us.
const start = `import("tsx/esm/api").then(({ register }) => { register(); return import(${script}); })`;
const worker = new Worker(start, { eval: true, workerData: { cases, seed, at } });
let last: Tally | undefined;
worker.on("message", (tally: Tally) => {
  last = tally;
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`${tally.cases} cases after ${seconds} s, ${tally.far} of them through five states or more`);
});
worker.on("error", (error) => {
  console.error(`crash in ${currentCase()}\n`, error);
  process.exitCode = 1;
});
worker.on("exit", () => {
  clearInterval(watch);
  if (last === undefined || last.cases < cases) {
    process.exitCode = 1;
    return;
  }
  const share = ((100 * last.far) / last.cases).toFixed(1);
  console.log(
    `${last.cases} cases, 0 crashes, 0 hangs; ${share} % valid and through five states or more, ` +
      `${last.refused} mutated definitions refused; slowest ${Math.round(last.slowestMilliseconds)} ms; ` +
      `${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB resident`,
  );
  if (last.far * 2 < last.cases) process.exitCode = 1;
});

let seen = 0;
let since = performance.now();
const watch = setInterval(() => {
  const now = Atomics.load(new Uint32Array(at, 0, 2), 0);
  if (now !== seen) {
    seen = now;
    since = performance.now();
  } else if (performance.now() - since > hangAfterMilliseconds) {
    console.error(`hang in ${currentCase()}`);
    process.exit(1);
  }
}, 1_000);

function currentCase(): string {
  const length = new Uint32Array(at, 0, 2)[1] ?? 0;
  return `case Uint8Array.from([${[...new Uint8Array(at, 8, length)].join(",")}])`;
}
