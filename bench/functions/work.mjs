/** A task that takes 100 ms and answers its input with one field changed, as a service that it calls would. */
import { setTimeout } from "node:timers/promises";

const milliseconds = 100;

export async function handler(event) {
  await setTimeout(milliseconds);
  return { ...event, revision: (event.revision ?? 0) + 1 };
}
