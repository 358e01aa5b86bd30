/**
 * TestState: one state by itself. A Task without a mock is called as in an execution, by this very process and
 * once; nothing of the test is stored.
 */
import type { TaskCall } from "../../asl/position.ts";
import { type Called, testState as runTest, type TestStateRequest } from "../../asl/test-state.ts";
import type { Inspecting } from "../../engine/inspect-port.ts";
import type { CallResult } from "../../engine/ports.ts";
import { payloadLimit } from "../../engine/quotas.ts";
import { type Call, operation } from "../operation.ts";
import { Refusal } from "../refusal.ts";
import { arn } from "../settings.ts";
import { flag, integer, oneOf, structure, text } from "../shape.ts";
import { uuid } from "../uuid.ts";
import { definitionText } from "./create-state-machine.ts";
import { cause, error } from "./stop-execution.ts";

const payload = text({ payload: true, sensitive: true });
const stateName = text({ min: 1, max: 80, sensitive: true });
const count = integer(0, 2_147_483_647);

const input = structure(
  { definition: definitionText },
  {
    stateName,
    input: payload,
    variables: payload,
    context: payload,
    roleArn: arn,
    inspectionLevel: oneOf("INFO", "DEBUG", "TRACE"),
    revealSecrets: flag,
    mock: structure(
      {},
      {
        result: payload,
        errorOutput: structure({}, { error, cause }),
        fieldValidationMode: oneOf("STRICT", "PRESENT", "NONE"),
      },
    ),
    stateConfiguration: structure(
      {},
      {
        retrierRetryCount: count,
        errorCausedByState: stateName,
        mapIterationFailureCount: count,
        mapItemReaderData: payload,
      },
    ),
  },
);

export const testState = operation(input, async (call, asked) => {
  const { clock, chance } = call.engine.world;
  const executionName = uuid(chance);
  const tested = await runTest(asked, {
    ...call.tenant,
    now: clock.now(),
    payloadLimitBytes: payloadLimit(call.engine),
    machineName: uuid(chance),
    executionName,
    chance: () => Number.parseInt(chance.hex(6), 16) / 2 ** 48,
    call: async (task) => await make(call, { task, idempotencyKey: executionName, ...inspecting(asked) }),
  });
  if (tested.kind === "tested") return { ...tested.response };
  const { code, message } = tested;
  throw new Refusal(code, message, code === "ValidationException" ? { namespace: "validation" } : {});
});

function inspecting({ inspectionLevel, revealSecrets }: TestStateRequest): Inspecting {
  return inspectionLevel === "TRACE" ? { inspect: revealSecrets === true ? "open" : "closed" } : {};
}

/** The service's limit for a test. */
const longestSeconds = 300;

interface Made extends Inspecting {
  readonly task: TaskCall;
  readonly idempotencyKey: string;
}

function make(call: Call, { task, ...asked }: Made): Promise<Called> {
  const { tasks, clock } = call.engine.world;
  const { resource, roleArn, timeoutSeconds = longestSeconds } = task;
  const abort = new AbortController();
  return new Promise((resolve, reject) => {
    const cancel = clock.at(clock.now() + Math.min(timeoutSeconds, longestSeconds) * 1_000, () => {
      resolve({ signal: { kind: "timed-out", by: "timeout" } });
      abort.abort(new Error("the time of the test is over"));
    });
    const { account, region } = call.tenant;
    const made = { ...asked, resource, arguments: task.arguments, account, region, signal: abort.signal };
    tasks
      .call(roleArn === undefined ? made : { ...made, roleArn })
      .then(({ exchange, ...result }) => resolve({ signal: signalOf(result), ...(exchange && { exchange }) }), reject)
      .finally(cancel);
  });
}

function signalOf(result: CallResult): Called["signal"] {
  if (result.kind !== "failed") return { kind: "succeeded", output: result.output };
  return { kind: "failed", failure: { error: result.error, cause: result.cause } };
}
