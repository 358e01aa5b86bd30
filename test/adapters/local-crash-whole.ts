/** Whether the store is whole after its process or its machine went down: read by opening it as the next process does. */
import { expect } from "vitest";
import { openLocalWorld } from "../../lib/adapters/local/world.ts";
import type { ExecutionId } from "../../lib/engine/ports.ts";
import { takeBodies } from "../contracts/subject.ts";
import { crashExecutions, messageAt, segmentAt } from "./local-crash.ts";
import { noTasks } from "./local-subject.ts";

/** `durable`: the highest number of each execution that was said to be on disk. */
export async function expectWhole(folder: string, durable: ReadonlyMap<ExecutionId, number>): Promise<void> {
  const world = await openLocalWorld({ folder, tasks: noTasks });
  const expected: string[] = [];
  for (const execution of crashExecutions) {
    const chain = await world.log.branch(execution, "");
    expect(chain.map(({ body }) => body)).toEqual(chain.map((_, seq) => segmentAt(execution, seq).body));
    expect(chain.length).toBeGreaterThan(durable.get(execution) ?? -1);
    expected.push(messageAt(execution, chain.length).body);
  }
  // The segment, the end of its message and the next message are one transaction.
  const messages = await takeBodies(world.inbox, "flow");
  expect(messages).toEqual(expected.sort());
  await world.queue.send(messages.map((body) => ({ lane: "flow", group: "g", body })));
  await world.close();
}
