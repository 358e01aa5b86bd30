/**
 * A process for the crash test: advances a few executions as fast as it can, and prints each position once
 * it is durable. It is killed at some moment.
 */
import { writeSync } from "node:fs";
import { openLocalWorld } from "../../lib/adapters/local/world.ts";
import type { Delivery } from "../../lib/engine/ports.ts";
import { bodyAt, crashExecutions, messageAt, segmentAt } from "./local-crash.ts";
import { noTasks } from "./local-subject.ts";

const [folder = ""] = process.argv.slice(2);
const world = await openLocalWorld({ folder, tasks: noTasks });

for (const execution of crashExecutions) {
  if ((await world.log.head(execution, "")) === undefined) {
    await world.log.commit(segmentAt(execution, 0), [messageAt(execution, 1)]);
  }
}

async function advance({ body, receipt }: Delivery): Promise<void> {
  const [execution, seq] = bodyAt(body);
  await world.log.commit(segmentAt(execution, seq), [messageAt(execution, seq + 1)], receipt);
  // Now and then something would leave the process.
  if (seq % 7 !== 0) return;
  await world.log.durable();
  writeSync(1, `${execution} ${seq}\n`);
}

for (;;) await Promise.all((await world.inbox.receive("flow", 10)).map(advance));
