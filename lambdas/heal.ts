/** Once a day: looks for executions that stand still because their message is lost, and sets them going again. */
import { type Healed, healAll } from "../lib/engine/heal.ts";
import type { Unmoved } from "../lib/engine/unmoved.ts";
import { openEngine } from "./engine.ts";
import { fromEnvironment } from "./environment.ts";

/** What stood still for an hour has nobody at work on it; more than a thousand at a time is for a person to look at. */
const options = { quietMilliseconds: 3_600_000, most: 1_000, dryRun: false };

const { engine } = await openEngine();
const tenant = { account: fromEnvironment("account"), region: process.env["AWS_REGION"] ?? "us-east-1" };

export async function handler(): Promise<Healed> {
  const healed = await healAll(engine, tenant, { ...options, onFound: report });
  console.log(JSON.stringify({ level: "INFO", healed }));
  return healed;
}

function report({ execution, branch, state, reason, since }: Unmoved): void {
  console.warn(JSON.stringify({ level: "WARN", healing: execution, branch, state, reason, since }));
}
