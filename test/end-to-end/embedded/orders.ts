/** The orders that a killed or stopped engine has to finish: submitted by name, so that a start may be tried again, and judged by what the shop saw. */
import type { Client, Reply } from "../../../lib/cli/client.ts";
import { listAll } from "../../../lib/cli/list-all.ts";
import { orderInput } from "./shop.ts";

const submittedAtOnce = 8;
const answerMilliseconds = 30_000;

/** Starts what nobody has confirmed yet. A start that got no answer is tried again with the next process: names make that safe. */
export async function submit(client: Client, orders: readonly string[], acknowledged: Set<string>): Promise<void> {
  const listed = await inTime(client.call("ListStateMachines", {}));
  const stateMachines = listed instanceof Error ? [] : listed.stateMachines;
  const waiting = stateMachines.length === 0 ? [] : orders.filter((name) => !acknowledged.has(name));
  const stateMachineArn = stateMachines[0]?.stateMachineArn;
  const submitter = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const input = orderInput(Number(name.slice("ord-".length)));
      const answer = await inTime(client.call("StartExecution", { stateMachineArn, name, input }));
      const confirmed = !(answer instanceof Error) || answer.name === "ExecutionAlreadyExists";
      if (confirmed) acknowledged.add(name);
    }
  };
  await Promise.all(Array.from({ length: submittedAtOnce }, submitter));
}

/** The error of a call that fails, or that says nothing for so long: seldom, a fetch never hears that its server was killed. */
async function inTime(call: Promise<Reply>): Promise<Reply | Error> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Error>((resolve) => {
    timer = setTimeout(() => resolve(new Error("no answer")), answerMilliseconds);
  });
  const answer = await Promise.race([call.catch((error: Error) => error), late]);
  clearTimeout(timer);
  return answer;
}

export async function executionsOf(client: Client): Promise<readonly Reply[]> {
  const { stateMachines } = await client.call("ListStateMachines", {});
  const { stateMachineArn } = stateMachines[0];
  return await listAll(client, "ListExecutions", { stateMachineArn }, "executions");
}

/** What is wrong with an ended order: its history, and what the shop saw of it. */
export async function complaints(
  client: Client,
  { executionArn, name, status }: Reply,
  calls: ReadonlyMap<string, number>,
): Promise<readonly string[]> {
  const events = await listAll(client, "GetExecutionHistory", { executionArn }, "events");
  const types: string[] = events.map(({ type }) => type);
  const mine = [...calls.keys()].filter((key) => key.startsWith(`${name} `));
  const called = (state: string): number => mine.filter((key) => key.startsWith(`${name} ${state} `)).length;
  const claimed = types.filter((type) => type === "LambdaFunctionScheduled").length;
  const checks: readonly (readonly [holds: boolean, complaint: string])[] = [
    [types[0] === "ExecutionStarted", "does not begin with ExecutionStarted"],
    [types.at(-1) === (status === "SUCCEEDED" ? "ExecutionSucceeded" : "ExecutionFailed"), `ends with ${types.at(-1)}`],
    [events.every(({ id }, index) => id === index + 1), "its events are not numbered one by one"],
    [mine.length <= claimed, `${mine.length} calls were made of ${claimed} in its history`],
    [status !== "SUCCEEDED" || (called("ChargeCard") > 0 && called("ShipOrder") > 0), "succeeded unpaid or unshipped"],
    [status !== "SUCCEEDED" || called("RefundCard") === 0, "shipped and refunded"],
  ];
  return checks.flatMap(([holds, complaint]) => (holds ? [] : [`${name}: ${complaint}`]));
}
