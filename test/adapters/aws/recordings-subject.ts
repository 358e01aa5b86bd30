/** The deployed API for the recorded sequences: for each account its function `api`, as a cold start opens it. */
import { setTimeout as pause } from "node:timers/promises";
import { environment } from "../../../lib/adapters/aws/names.ts";
import type { Credentials } from "../../../lib/api/signature.ts";
import { createEngine } from "../../../lib/engine/engine.ts";
import type { RecordingsSubject } from "../../contracts/recordings.ts";
import { type Door, openDoor } from "./door.ts";
import type { FunctionsForTests } from "./functions.ts";

const longestTurn = 200;

export async function deployedRecordings(
  functions: FunctionsForTests,
  credentials: Credentials,
): Promise<RecordingsSubject> {
  const { openHttp } = await import("../../../lambdas/http.ts");
  const doors: Door[] = [];
  const atWork = new Set<Promise<unknown>>();
  return {
    async open(account) {
      const before = process.env[environment.account];
      process.env[environment.account] = account;
      const door = await openDoor(await openHttp({ activityPollMilliseconds: 25_000 }));
      process.env[environment.account] = before;
      doors.push(door);
      return { endpoint: door.endpoint, credentials };
    },
    engine: createEngine(functions.world),
    async work() {
      const batch = functions.workOnce().finally(() => atWork.delete(batch));
      atWork.add(batch);
      // Who waits for an activity's task has a worker to himself: the others go on meanwhile.
      await Promise.race([batch, pause(longestTurn)]);
    },
    async close() {
      await Promise.all(atWork);
      for (const door of doors) door.close();
    },
  };
}
