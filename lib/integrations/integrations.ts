/**
 * Everything a Task can call, as one table from the shape of its Resource to the integration, and the
 * port `Tasks` over it. Activities are not here: nobody calls them, their workers come and ask.
 */
import type { Call, CallResult, Tasks } from "../engine/ports.ts";
import { callFailure } from "./call-failure.ts";
import { dynamodb } from "./dynamodb.ts";
import type { FunctionInvoker } from "./function-invoker.ts";
import { inOrder } from "./function-invoker.ts";
import type { Integration } from "./integration.ts";
import { lambdaFunction } from "./lambda-function.ts";
import { lambdaInvoke } from "./lambda-invoke.ts";
import { lambdaService } from "./lambda-service.ts";
import { serviceAction } from "./service.ts";
import { sns } from "./sns.ts";
import { sqs } from "./sqs.ts";

export interface TasksOptions {
  /** Who runs functions, asked in this order; by default AWS. */
  readonly functions?: readonly FunctionInvoker[];
}

interface Row {
  readonly resource: RegExp;
  readonly integration: Integration;
}

const services = [sqs, sns, dynamodb];

const tokenSuffix = ".waitForTaskToken";

export function createTasks({ functions = [lambdaService()] }: TasksOptions = {}): Tasks {
  const invoke = inOrder(functions);
  const table: readonly Row[] = [
    { resource: /^arn:[\w-]+:lambda:/, integration: lambdaFunction(invoke) },
    { resource: optimized("lambda", "invoke"), integration: lambdaInvoke(invoke) },
    ...services.flatMap((service) =>
      service.actions.map((action) => ({
        resource: optimized(service.resource, action),
        integration: serviceAction(service, action),
      })),
    ),
  ];
  return { call: (call) => callBy(table, call) };
}

/** `arn:aws:states:::service:action`; Region and account may stand in it. */
function optimized(service: string, action: string): RegExp {
  return new RegExp(`^arn:[\\w-]+:states:[\\w-]*:\\d*:${service}:${action}$`);
}

async function callBy(table: readonly Row[], call: Call): Promise<CallResult> {
  const waitsForToken = call.resource.endsWith(tokenSuffix);
  const resource = waitsForToken ? call.resource.slice(0, -tokenSuffix.length) : call.resource;
  const row = table.find((candidate) => candidate.resource.test(resource));
  if (row === undefined) {
    return callFailure("States.Runtime", `The resource provided ${call.resource} is not recognized.`);
  }
  return await row.integration({ ...call, resource, waitsForToken });
}
