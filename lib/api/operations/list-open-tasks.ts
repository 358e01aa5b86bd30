/**
 * ListOpenTasks: the inbox. Baton's own and on REST only: what of all machines, of one, or of one execution
 * waits for a task token, with its question and the token that answers it. It looks through the running
 * executions, so a page ends after so many of them, however little it found.
 */
import { parseJson } from "../../asl/json.ts";
import { executionArn, executionId, executionName, machineArn } from "../../engine/identity.ts";
import { type OpenTask, openTasks } from "../../engine/inbox.ts";
import type { ExecutionId } from "../../engine/ports.ts";
import { mayList } from "../access.ts";
import { firstPlace, machinesFrom, type Place, placeBehind, type Stop } from "../machine-walk.ts";
import { checkName } from "../name.ts";
import { type Answer, type Call, operation } from "../operation.ts";
import { openPage, pageSize, sealPage } from "../page.ts";
import { questionIn } from "../question.ts";
import { invalid, noSuchExecution } from "../refusal.ts";
import { structure, text } from "../shape.ts";
import { maxResults } from "./list-state-machines.ts";

const name = text({ min: 1, max: 80 });

export const listOpenTasks = operation(
  structure({}, { machine: name, execution: name, maxResults, nextToken: text({ min: 1, max: 3096 }) }),
  async (call, { machine, execution, ...page }) => {
    if (execution !== undefined) return { tasks: await tasksOfOne(call, machine, execution) };
    if (machine !== undefined) checkName(machine);
    const question = ["ListOpenTasks", machine];
    const after = openPage(call, question, page.nextToken);
    const tasks: Answer[] = [];
    let looked = 0;
    for await (const { ids, next } of runningExecutions(
      call,
      machine,
      after === undefined ? firstPlace : JSON.parse(after),
    )) {
      tasks.push(...(await Promise.all(ids.map((id) => tasksOf(call, id)))).flat());
      looked += ids.length;
      const isFull = tasks.length >= pageSize(page.maxResults) || looked >= mostExecutions;
      if (isFull) return { tasks, nextToken: sealPage(call, question, JSON.stringify(next)) };
    }
    return { tasks };
  },
);

/** Executions looked into for one page, and how many at once. */
const mostExecutions = 200;
const executionsAtOnce = 25;

interface Running {
  readonly ids: readonly ExecutionId[];
  /** Behind these; there may turn out to be no more. */
  readonly next: Place;
}

/** Of the machine, or of all that the caller may see. */
async function* runningExecutions(call: Call, machine: string | undefined, from: Place): AsyncGenerator<Running> {
  const { executions } = call.engine.world;
  for await (const { name, at } of machine === undefined ? machinesFrom(call, from) : oneMachine(call, machine, from)) {
    let after = at.executions;
    do {
      const query = { tenant: call.tenant, machine: name, status: "RUNNING", limit: executionsAtOnce } as const;
      const page = await executions.list({ ...query, ...(after === undefined ? {} : { after }) });
      after = page.next;
      yield { ids: page.items.map(({ id }) => id), next: placeBehind(at, after) };
    } while (after !== undefined);
  }
}

function oneMachine(call: Call, name: string, from: Place): readonly Stop[] {
  const isDone = from.name !== undefined && from.executions === undefined;
  return !isDone && mayList(call, name) ? [{ name, at: { ...from, name } }] : [];
}

async function tasksOfOne(call: Call, machine: string | undefined, execution: string): Promise<readonly Answer[]> {
  if (machine === undefined) throw invalid("An execution is named together with its machine");
  checkName(machine);
  checkName(execution);
  if (!mayList(call, machine)) return [];
  const id = executionId(call.tenant, machine, execution);
  const summary = await call.engine.world.executions.find(id);
  if (summary === undefined) throw noSuchExecution(executionArn(id));
  return summary.status === "RUNNING" ? await tasksOf(call, id) : [];
}

async function tasksOf(call: Call, id: ExecutionId): Promise<readonly Answer[]> {
  return (await openTasks(call.engine, id)).map((task) => described(call, task));
}

function described(call: Call, task: OpenTask): Answer {
  const { since, until, execution, arguments: written, ...rest } = task;
  const given = parseJson(written);
  return {
    ...rest,
    executionArn: executionArn(execution),
    stateMachineArn: machineArn(call.tenant, executionName(execution).machine),
    since: new Date(since),
    ...(until !== undefined && { until: new Date(until) }),
    ...questionIn(given),
    arguments: given,
  };
}
