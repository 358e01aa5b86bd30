/** Ten tasks in sequence, each a call to a local HTTP function in a thread of its own, beside a bare loop of the same calls. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Agent, request } from "undici";
import { built } from "../built.ts";
import { median } from "../print.ts";
import { openEmbedded } from "./open.ts";

const { createTasks } =
  await built<typeof import("../../lib/integrations/integrations.ts")>("integrations/integrations");
const { urlFunctions } = await built<typeof import("../../lib/local/functions/url-functions.ts")>(
  "local/functions/url-functions",
);

export const tasksInSequence = 10;
const executions = 30;
const taskRounds = 5;
const inputOf = (order: number): string => JSON.stringify({ order, items: ["tea", "milk"], total: 12.5 });

export interface TaskFigures {
  readonly barePerSecond: number;
  readonly batonPerSecond: number;
}

export async function tasks(): Promise<TaskFigures> {
  const server = new Worker(new URL("./http-function.mjs", import.meta.url));
  const [url]: readonly string[] = await once(server, "message");
  if (url === undefined) throw new Error("the function has no address");
  const functions = urlFunctions({ echo: url });
  const embedded = await openEmbedded(createTasks({ functions: [functions.invoke] }));
  const machine = await embedded.deploy(sequence());
  const agent = new Agent({ connections: 1 });
  const bare: number[] = [];
  const baton: number[] = [];
  for (let round = 0; round < taskRounds; round++) {
    bare.push(
      await perSecond(async () => {
        for (let call = 0; call < executions * tasksInSequence; call++) await bareCall(url, agent, inputOf(call));
      }),
    );
    baton.push(
      await perSecond(async () => {
        for (let order = 0; order < executions; order++) await embedded.run(machine, inputOf(order));
      }),
    );
  }
  await embedded.close();
  await functions.close();
  await agent.close();
  await server.terminate();
  return { barePerSecond: median(bare), batonPerSecond: median(baton) };
}

async function bareCall(url: string, agent: Agent, body: string): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await request(url, { method: "POST", headers, body, dispatcher: agent });
  await answer.body.text();
}

async function perSecond(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return (executions * tasksInSequence * 1_000) / (performance.now() - begun);
}

function sequence(): object {
  const Resource = "arn:aws:lambda:us-east-1:000000000000:function:echo";
  const rows = Array.from({ length: tasksInSequence }, (_, index) => {
    const onward = index + 1 < tasksInSequence ? { Next: `Task${index + 1}` } : { End: true };
    return [`Task${index}`, { Type: "Task", Resource, ...onward }];
  });
  return { StartAt: "Task0", States: Object.fromEntries(rows) };
}
