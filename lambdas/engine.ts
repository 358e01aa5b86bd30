/** The composition root of all functions: what a cold start puts together once. Not a function itself. */
import { environment } from "../lib/adapters/aws/names.ts";
import { remoteTasks } from "../lib/adapters/aws/remote-tasks.ts";
import { type AwsSettings, settingsFromEnvironment } from "../lib/adapters/aws/settings.ts";
import { type AwsWorld, openAwsWorld } from "../lib/adapters/aws/world.ts";
import { otlpSettings } from "../lib/adapters/otlp/settings.ts";
import { otlpTraces } from "../lib/adapters/otlp/traces.ts";
import { withOwnService } from "../lib/api/own-service.ts";
import { createEngine, type Engine, type EngineOptions } from "../lib/engine/engine.ts";
import { createTasks } from "../lib/integrations/integrations.ts";
import { s3Objects } from "../lib/integrations/s3-objects.ts";
import { numberFromEnvironment, taskOptions } from "./environment.ts";

export interface Opened {
  readonly engine: Engine;
  readonly world: AwsWorld;
}

export async function openEngine(options: Partial<EngineOptions> = {}): Promise<Opened> {
  const settings = settingsFromEnvironment(process.env);
  const elsewhere = process.env[environment.tasksFunction];
  const tasks = withOwnService(elsewhere ? remoteTasks(elsewhere) : createTasks(taskOptions()), () => engine);
  const world = await openAwsWorld({ ...settings, ...requestPrinter() }, tasks, s3Objects());
  const retentionDays = numberFromEnvironment("retentionDays");
  const strictQuotas = process.env[environment.strictQuotas] === "true";
  const collector = otlpSettings(process.env);
  const traces = collector && otlpTraces(collector, { lingerMilliseconds: 0 });
  const engine: Engine = createEngine(traces ? { ...world, traces } : world, {
    ...(retentionDays && { retentionDays }),
    strictQuotas,
    ...options,
  });
  return { world, engine };
}

function requestPrinter(): Pick<AwsSettings, "onRequest"> {
  if (!process.env[environment.printRequests]) return {};
  return { onRequest: (request) => console.log(JSON.stringify({ request })) };
}
