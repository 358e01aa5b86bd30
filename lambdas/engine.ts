/** The composition root of all functions: what a cold start puts together once. Not a function itself. */
import { environment } from "../lib/adapters/aws/names.ts";
import { type AwsSettings, settingsFromEnvironment } from "../lib/adapters/aws/settings.ts";
import { type AwsWorld, openAwsWorld } from "../lib/adapters/aws/world.ts";
import { withOwnService } from "../lib/api/own-service.ts";
import { createEngine, type Engine, type EngineOptions } from "../lib/engine/engine.ts";
import { createTasks } from "../lib/integrations/integrations.ts";

export interface Opened {
  readonly engine: Engine;
  readonly world: AwsWorld;
}

export async function openEngine(options: Partial<EngineOptions> = {}): Promise<Opened> {
  const settings = settingsFromEnvironment(process.env);
  const tasks = withOwnService(createTasks(), () => engine);
  const world = await openAwsWorld({ ...settings, ...requestPrinter() }, tasks);
  const retentionDays = numberFromEnvironment("retentionDays");
  const engine: Engine = createEngine(world, { ...(retentionDays && { retentionDays }), ...options });
  return { world, engine };
}

function requestPrinter(): Pick<AwsSettings, "onRequest"> {
  if (!process.env[environment.printRequests]) return {};
  return { onRequest: (request) => console.log(JSON.stringify({ request })) };
}

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
