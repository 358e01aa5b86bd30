/** Every contract of a world's ports. */
import { activitiesContract } from "./activities.ts";
import { executionsContract } from "./executions.ts";
import { joinsContract } from "./joins.ts";
import { logContract } from "./log.ts";
import { machinesContract } from "./machines.ts";
import { mapRunsContract } from "./map-runs.ts";
import { queueContract } from "./queue.ts";
import { smallPortsContract } from "./small-ports.ts";
import type { Abilities, Open } from "./subject.ts";
import { timersContract } from "./timers.ts";

export function worldContract(name: string, open: Open, abilities: Abilities): void {
  logContract(name, open);
  queueContract(name, open, abilities);
  timersContract(name, open, abilities);
  executionsContract(name, open);
  machinesContract(name, open);
  joinsContract(name, open);
  mapRunsContract(name, open);
  activitiesContract(name, open);
  smallPortsContract(name, open);
}
