/**
 * How an Express execution comes to run. Synchronous: in the caller's own invocation, at most once.
 * Asynchronous: from a message, at least once; a message that comes again finds no trace of the run before
 * and begins anew. Its name is no key: two starts under one name are two executions.
 */
import type { JsonText } from "../asl/json.ts";
import type { Instant } from "../asl/position.ts";
import type { ExpressRun } from "./command.ts";
import type { Engine } from "./engine.ts";
import { tellWhole } from "./execution-log.ts";
import { type ExpressResult, runExpress, tracedExpress } from "./express.ts";
import { nonceOf } from "./guard.ts";
import { executionId, executionName, expressArn, hashOf, machineArn, uuidFrom } from "./identity.ts";
import { dispatch, messageOf } from "./messages.ts";
import type { MachineRecord } from "./ports.ts";
import type { LogTarget } from "./segment.ts";
import { tellExpress } from "./status.ts";
import { writeTrace } from "./traces.ts";

export interface ExpressStart {
  readonly machine: MachineRecord;
  /** Absent: a name is drawn. */
  readonly name?: string;
  /** JSON text. */
  readonly input: JsonText;
  /** The caller's `amz-sdk-invocation-id`. */
  readonly invocationId?: string;
  /** As in `StartRequest`. */
  readonly version?: number;
  readonly alias?: string;
  readonly traceHeader?: string;
  readonly log?: LogTarget;
  readonly strictQuotas?: true;
}

export interface ExpressStarted {
  readonly arn: string;
  readonly startedAt: Instant;
}

/** Resolves once the message that runs it survives a power cut. */
export async function startExpress(engine: Engine, request: ExpressStart): Promise<ExpressStarted> {
  const command = commandOf(engine, request);
  await dispatch(engine, [messageOf(command, "tasks")]);
  await engine.world.log.durable();
  return { arn: expressArn(command.execution, command.run), startedAt: command.startedAt };
}

export interface ExpressEnded extends ExpressResult, ExpressStarted {
  readonly name: string;
}

export async function runNow(engine: Engine, request: ExpressStart): Promise<ExpressEnded> {
  return carryExpress(engine, commandOf(engine, request));
}

/** `signal`, aborted: it ends as ABORTED. */
export async function carryExpress(engine: Engine, command: ExpressRun, signal?: AbortSignal): Promise<ExpressEnded> {
  const { execution, run, roleArn, input, startedAt: startTime, traceHeader, log } = command;
  const { account, region, machine, name } = executionName(execution);
  const arn = expressArn(execution, run);
  const stateMachine = { id: machineArn({ account, region }, machine), name: machine };
  const definition = await engine.definition(command.definition);
  const quotas = command.strictQuotas && { strictQuotas: command.strictQuotas };
  const context = { id: arn, name, roleArn, stateMachine, input, region, account, startTime };
  const keepsHistory = log !== undefined || engine.world.traces !== undefined;
  const asked = { definition, execution: context, keepsHistory, traceHeader, ...quotas, ...(signal && { signal }) };
  const result = await runExpress(engine, asked);
  if (log !== undefined) await tellWhole(engine, log, result.history(), arn);
  const ended = { ...result, arn, name };
  await tellExpress(engine, command, ended);
  await writeTrace(engine, tracedExpress(context, traceHeader), result);
  return ended;
}

/** Name and run derive from the SDK's invocation id, so that its retry starts the same execution again. */
function commandOf(engine: Engine, request: ExpressStart): ExpressRun {
  const { machine, name, input, invocationId, version, alias, traceHeader, log, strictQuotas } = request;
  const nonce = nonceOf(engine, invocationId);
  return {
    kind: "express",
    execution: executionId(machine, machine.name, name ?? uuidFrom(nonce)),
    branch: "",
    run: uuidFrom(hashOf(`run ${nonce}`)),
    definition: machine.definitionHash,
    roleArn: machine.roleArn,
    startedAt: engine.world.clock.now(),
    input,
    ...(version !== undefined && { version }),
    ...(alias !== undefined && { alias }),
    ...(traceHeader === undefined ? {} : { traceHeader }),
    ...(log === undefined ? {} : { log }),
    ...(strictQuotas && { strictQuotas }),
  };
}
