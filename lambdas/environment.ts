/** What the stack tells its functions, read where it is needed. Not a function itself. */
import { embeddedMetrics } from "../lib/adapters/aws/metrics.ts";
import { environment } from "../lib/adapters/aws/names.ts";
import { createIdentity } from "../lib/integrations/identity.ts";
import type { TasksOptions } from "../lib/integrations/integrations.ts";
import { parseLimits } from "../lib/integrations/limits.ts";

export function fromEnvironment(name: keyof typeof environment): string {
  const value = process.env[environment[name]];
  if (!value) throw new Error(`environment variable ${environment[name]} is missing`);
  return value;
}

export function numberFromEnvironment(name: keyof typeof environment): number | undefined {
  const value = process.env[environment[name]];
  if (value === undefined || value === "") return undefined;
  const number = Number(value);
  if (!Number.isFinite(number)) throw new Error(`environment variable ${environment[name]} is no number: ${value}`);
  return number;
}

/** Under whose name Tasks call AWS here, and how much of it at once. */
export function taskOptions(): TasksOptions {
  const externalId = process.env[environment.externalId];
  const machineRoles = Boolean(process.env[environment.machineRoles]);
  return {
    identity: createIdentity({ machineRoles, ...(externalId && { externalId }) }),
    limits: parseLimits(process.env[environment.resourceLimits] ?? "[]"),
    metrics: embeddedMetrics(),
  };
}
