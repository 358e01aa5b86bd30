/** Operations of Baton's own, which only REST has: the wire protocol is the service's, to the letter. */
import type { Operation } from "./operation.ts";
import { countExecutions } from "./operations/count-executions.ts";
import { describeExecutionOrigin } from "./operations/describe-execution-origin.ts";
import { listFunctionLines } from "./operations/list-function-lines.ts";
import { listOpenTasks } from "./operations/list-open-tasks.ts";
import { listStateMachinesWithTags } from "./operations/list-state-machines.ts";
import { searchExecutions } from "./operations/search-executions.ts";
import { summarizeExecutions } from "./operations/summarize-executions.ts";
import { operations } from "./operations.ts";

export const restOperations = {
  ...operations,
  CountExecutions: countExecutions,
  DescribeExecutionOrigin: describeExecutionOrigin,
  ListFunctionLines: listFunctionLines,
  ListOpenTasks: listOpenTasks,
  ListStateMachinesWithTags: listStateMachinesWithTags,
  SearchExecutions: searchExecutions,
  SummarizeExecutions: summarizeExecutions,
} satisfies Record<string, Operation>;

export type RestOperationName = keyof typeof restOperations;
