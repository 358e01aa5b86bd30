/** Word of changes for commands: from a server that tells, and without one. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openChanges } from "../../lib/cli/changes.ts";
import { type Client, connect } from "../../lib/cli/client.ts";
import { startLocal } from "../../lib/local/baton.ts";
import { pass, role } from "../api/requests.ts";
import { folderOf } from "./baton.ts";

const never = 1_000_000_000;
const folder = folderOf({});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the server's word is heard: of each execution, or of one", async () => {
  const server = await startLocal({ port: 0, folder: join(folder, "data") });
  const client = connect(server.url);
  const { stateMachineArn } = await client.call("CreateStateMachine", { name: "m", definition: pass, roleArn: role });
  const pace = { everyMilliseconds: never, doubtMilliseconds: never, restMilliseconds: 1 };
  const all = openChanges(client, undefined, pace);
  const one = openChanges(client, stateMachineArn.replace(":stateMachine:", ":execution:").concat(":wanted"), pace);
  await Promise.all([all.next(), one.next()]); // both listen now
  const heard: string[] = [];
  const told = one.next().then(() => heard.push("one"));
  await client.call("StartExecution", { stateMachineArn, name: "other" });
  await all.next();
  expect(heard).toEqual([]);
  await client.call("StartExecution", { stateMachineArn, name: "wanted" });
  await told;
  for (const changes of [all, one]) changes.close();
  await server.close();
});

function telling(events: Client["events"]): Client {
  const client: Client = {
    url: "",
    region: "",
    inRegion: () => client,
    call: async () => ({}),
    get: async () => ({}),
    events,
  };
  return client;
}

test("without word it is time to look again after a while, and not before", async () => {
  const client = telling(async () => undefined);
  const changes = openChanges(client, undefined, {
    everyMilliseconds: 1,
    doubtMilliseconds: never,
    restMilliseconds: never,
  });
  for (let looks = 0; looks < 3; looks++) await changes.next();
  changes.close();
});

test("a stream that breaks off makes it time to look, since its server may be gone", async () => {
  let breakOff = (): void => undefined;
  const broken = new Promise<void>((resolve) => {
    breakOff = resolve;
  });
  const events = async (): Promise<AsyncIterable<string>> =>
    (async function* () {
      yield ": still here";
      await broken;
      throw new Error("terminated");
    })();
  const client = telling(events);
  const pace = { everyMilliseconds: never, doubtMilliseconds: never, restMilliseconds: 1 };
  const changes = openChanges(client, undefined, pace);
  await changes.next(); // it listens now
  const looks = changes.next();
  breakOff();
  await looks;
  changes.close();
});

test("a stream that breaks off, and a server that is away for a while, are asked again", async () => {
  let opened = 0;
  const events = async (): Promise<AsyncIterable<string>> => {
    opened += 1;
    if (opened === 2) throw new Error("nothing answers");
    return (async function* () {
      yield ": still here";
      if (opened < 3) throw new Error("terminated");
      await new Promise(() => {});
    })();
  };
  const pace = { everyMilliseconds: never, doubtMilliseconds: never, restMilliseconds: 1 };
  const changes = openChanges(telling(events), undefined, pace);
  await expect.poll(() => opened).toBe(3);
  await changes.next(); // it listens again
  changes.close();
});

test("a stream that ends is opened again, and what was said meanwhile counts as a change", async () => {
  let opened = 0;
  const events = async (): Promise<AsyncIterable<string> | undefined> => {
    opened += 1;
    return (async function* () {
      yield ": still here";
    })();
  };
  const client = telling(events);
  const pace = { everyMilliseconds: never, doubtMilliseconds: never, restMilliseconds: 1 };
  const changes = openChanges(client, undefined, pace);
  for (let looks = 0; looks < 3; looks++) await changes.next();
  expect(opened).toBeGreaterThanOrEqual(3);
  changes.close();
});
