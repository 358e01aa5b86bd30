/** The deployed API answers all recorded sequences of calls as the service did. */
import { afterAll, beforeAll, describe, test } from "vitest";
import { readRecordings } from "../../api/recordings.ts";
import { recordingsContract } from "../../contracts/recordings.ts";
import { type FunctionsForTests, openFunctionsForTests } from "./functions.ts";
import { deployedRecordings } from "./recordings-subject.ts";
import { serversForAws } from "./world.ts";

const servers = await serversForAws();
const skipped = servers.kind === "missing";
const title = `on real servers${skipped ? ` (skipped: ${servers.reason})` : ""}`;

describe.skipIf(skipped)(title, () => {
  if (servers.kind === "missing") return test.skipIf(skipped)("all of it", () => {});
  const admin = { accessKeyId: "BATONTESTADMIN01", secretAccessKey: "a-secret" };
  let functions: FunctionsForTests;

  beforeAll(async () => {
    functions = await openFunctionsForTests(admin, []);
  });
  afterAll(async () => {
    functions.world.close();
    await servers.stop();
  });

  recordingsContract("deployed", readRecordings(), () => deployedRecordings(functions, admin));
});
