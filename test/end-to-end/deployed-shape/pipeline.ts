/** Runs the cases of an example through the deployed shape's API, as an application would, all at the same time. */
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { type Example, type ExampleCase, type Outcome, outcome } from "../../examples/example.ts";
import { eventually } from "./eventually.ts";
import type { DeployedShape } from "./shape.ts";

/** What is run: a case of an example, or whatever else has a name and an input. */
type Case = Pick<ExampleCase, "name" | "input">;

export interface CaseRun<C extends Case = ExampleCase> {
  readonly example: C;
  readonly outcome: Outcome;
  readonly milliseconds: number;
  readonly history: readonly HistoryEvent[];
}

/** On a bad day the API's process is killed more than twice in a row now and then. */
const mostAttempts = 10;

type Place = Pick<DeployedShape, "endpoint" | "region" | "accessKey">;

function clientOf({ endpoint, region, accessKey }: Place): SFNClient {
  return new SFNClient({ endpoint, region, credentials: accessKey, maxAttempts: mostAttempts });
}

export async function runCases<C extends Case>(
  shape: Place,
  { name, definition, cases }: Pick<Example, "name" | "definition"> & { readonly cases: readonly C[] },
  options: { readonly seconds: number; readonly onEnd?: (run: CaseRun<C>) => void },
): Promise<readonly CaseRun<C>[]> {
  const client = clientOf(shape);
  const roleArn = "arn:aws:iam::000000000000:role/example";
  const { stateMachineArn } = await client.send(new CreateStateMachineCommand({ name, definition, roleArn }));
  const runs = cases.map(async (example): Promise<CaseRun<C>> => {
    const start = new StartExecutionCommand({ stateMachineArn, name: example.name, input: example.input });
    const { executionArn = "" } = await client.send(start);
    const ended = await eventually(`${example.name} ends`, () => endOf(client, executionArn), options.seconds);
    const run = {
      example,
      outcome: outcome(ended.status ?? "", ended.output, ended),
      milliseconds: Number(ended.stopDate) - Number(ended.startDate),
      history: await historyOf(client, executionArn),
    };
    options.onEnd?.(run);
    return run;
  });
  return Promise.all(runs).finally(() => client.destroy());
}

async function endOf(client: SFNClient, executionArn: string): Promise<DescribeExecutionCommandOutput | undefined> {
  const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
  return execution.status === "RUNNING" ? undefined : execution;
}

async function historyOf(client: SFNClient, executionArn: string): Promise<readonly HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(new GetExecutionHistoryCommand({ executionArn, ...(nextToken && { nextToken }) }));
    events.push(...(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return events;
}
