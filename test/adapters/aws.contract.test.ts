/**
 * The AWS adapter keeps every port's contract, on real servers. Their time cannot be moved, so the contract's
 * tests about time are skipped here; what SQS is told about time is tested in aws/servers.test.ts.
 */
import { afterAll, describe } from "vitest";
import type { Subject } from "../contracts/subject.ts";
import { worldContract } from "../contracts/world.ts";
import { openWorldForTests, serversForAws } from "./aws/world.ts";

const servers = await serversForAws();
const skipped = servers.kind === "missing";
const title = `DynamoDB Local, ElasticMQ and moto${skipped ? ` (skipped: ${servers.reason})` : ""}`;

async function openAwsSubject(): Promise<Subject> {
  const { world } = await openWorldForTests();
  return { world, inbox: world.inbox, close: async () => world.close() };
}

describe.skipIf(skipped)(title, () => {
  worldContract("AWS", openAwsSubject, { movesTime: false });
  afterAll(async () => {
    if (servers.kind === "started") await servers.stop();
  });
});
