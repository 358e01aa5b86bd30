/** What is asked of a server to find an execution by what somebody typed. */
import { expect, test } from "vitest";
import { ApiFailure, type Client, type Reply } from "../../lib/cli/client.ts";
import { findExecution } from "../../lib/cli/names.ts";

const arn = (type: string, name: string) => `arn:aws:states:us-east-1:000000000000:${type}:${name}`;
const there = ["orders:nightly", "orders:nightly-2", "orders:daily"];

/** A server with one machine; `asked` has the operations in their order. */
function serverWith(asked: string[]): Client {
  const answers: Readonly<Record<string, (input: Reply) => Reply>> = {
    ListStateMachines: () => ({ stateMachines: [{ name: "orders", stateMachineArn: arn("stateMachine", "orders") }] }),
    ListExecutions: () => ({
      executions: there.map((name) => ({ name: name.split(":")[1], executionArn: arn("execution", name) })),
    }),
    DescribeExecution: ({ executionArn }) => {
      if (there.some((name) => executionArn === arn("execution", name))) return { executionArn };
      throw new ApiFailure("ExecutionDoesNotExist", `Execution Does Not Exist: '${executionArn}'`);
    },
  };
  const call = async (operation: string, input: object): Promise<Reply> => {
    asked.push(operation);
    return answers[operation]?.(input) ?? {};
  };
  return { call } as unknown as Client; // what the names take of it
}

test.each([
  ["orders/nightly", "orders:nightly", ["ListStateMachines", "DescribeExecution"]],
  ["orders/dai", "orders:daily", ["ListStateMachines", "DescribeExecution", "ListExecutions"]],
  ["orders:live/daily", "orders:daily", ["ListStateMachines", "ListExecutions"]],
])("%s is %s", async (given, name, operations) => {
  const asked: string[] = [];
  expect(await findExecution(serverWith(asked), given)).toBe(arn("execution", name));
  expect(asked).toEqual(operations);
});
