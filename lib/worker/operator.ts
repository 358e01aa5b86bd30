/** An installation opened to be looked at and put right by a command: an engine that takes no messages by itself. */
import { makeClients } from "../adapters/aws/clients.ts";
import { type InstallationNames, openInstallation } from "../adapters/aws/parts.ts";
import { openAwsWorld } from "../adapters/aws/world.ts";
import { createEngine, type Engine } from "../engine/engine.ts";
import type { Delivery, Inbox, Tasks } from "../engine/ports.ts";
import { s3Objects } from "../integrations/s3-objects.ts";

export interface Operator {
  readonly engine: Engine;
  /** All dead letters that are visible now; each stays invisible to others until it is done, put back, or its time is over. */
  deadLetters(most: number): AsyncIterable<Delivery>;
  readonly inbox: Pick<Inbox, "done" | "later">;
  close(): void;
}

const noTasks: Tasks = { call: () => Promise.reject(new Error("a command makes no calls of tasks")) };

/** A short wait asks all of the queue's hosts; without it some messages would not be seen. */
const receiveWaitSeconds = 1;

export async function openOperator(
  names: InstallationNames,
  { signingKeySecret }: { readonly signingKeySecret?: string },
): Promise<Operator> {
  const clients = makeClients();
  const installation = await openInstallation(clients, names, { create: false });
  const secret = signingKeySecret === undefined ? {} : { signingKeySecret };
  const world = await openAwsWorld({ ...installation, ...secret, clients, receiveWaitSeconds }, noTasks, s3Objects());
  const { deadLetters } = world;
  if (!deadLetters) throw new Error("an installation has a dead-letter queue");
  return {
    engine: createEngine(world),
    inbox: deadLetters,
    async *deadLetters(most) {
      for (let seen = 0; seen < most; ) {
        const deliveries = await deadLetters.receive("flow", most - seen);
        if (deliveries.length === 0) return;
        seen += deliveries.length;
        yield* deliveries;
      }
    },
    close: () => world.close(),
  };
}
