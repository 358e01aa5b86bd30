/** Odd and altered requests: a few thousand of each kind in every run, a million in the long tests. */
import { expect, test } from "vitest";
import { createHandler } from "../../lib/api/handler.ts";
import { fuzz, subjects } from "./fuzz.ts";
import { memoryWorld } from "./memory-world.ts";
import { arnOf, pass, role, wire } from "./requests.ts";

const runs = 3_000;

test.each(subjects)("%s", async (subject) => {
  await fuzz(subject, runs);
});

test("a page token of another question is refused", async () => {
  const handler = createHandler(memoryWorld().engine, { authentication: "none" });
  for (const name of ["p", "q"]) await wire(handler, "CreateStateMachine", { name, definition: pass, roleArn: role });
  const { nextToken } = (await wire(handler, "ListStateMachines", { maxResults: 1 })).body;
  for (const operation of ["ListExecutions", "ListStateMachineVersions", "ListStateMachineAliases"])
    expect((await wire(handler, operation, { stateMachineArn: arnOf("p"), nextToken })).status).toBe(400);
});
