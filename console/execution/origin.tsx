/** Who started an execution, with the way back: a state that waits for it, a Map Run, or whoever says so in the input. */
import { call, rest } from "../api/client.ts";
import { useLive } from "../api/live.ts";
import type { ExecutionDescription } from "../api/wire.ts";
import { Fact } from "../parts/fact.tsx";
import { executionLink, executionPath, namesIn } from "../route.ts";

interface Origin {
  readonly parentExecutionArn?: string;
  readonly parentState?: string;
}

export function StartedBy({ description }: { readonly description: ExecutionDescription }) {
  const { value } = useLive({
    key: description.executionArn,
    load: () => originOf(description),
    settled: () => true,
  });
  if (value?.parentExecutionArn === undefined) return null;
  const { machine, name } = namesIn(value.parentExecutionArn);
  return (
    <Fact title={description.mapRunArn === undefined ? "Started by" : "Item of"}>
      <a href={executionLink(machine, name, value.parentState)}>
        {machine} / {name}
        {value.parentState !== undefined && ` / ${value.parentState}`}
      </a>
    </Fact>
  );
}

async function originOf({ executionArn, mapRunArn, input }: ExecutionDescription): Promise<Origin> {
  if (mapRunArn !== undefined) {
    const run = await call<{ executionArn: string }>("DescribeMapRun", { mapRunArn });
    return { parentExecutionArn: run.executionArn };
  }
  const origin = await rest<Origin>("GET", `${executionPath(executionArn)}/origin`);
  return origin.parentExecutionArn === undefined ? saidIn(input) : origin;
}

/** A start without a wait leaves no trace but this member, by which the AWS console finds its way back too. */
function saidIn(input = "{}"): Origin {
  const [, arn] = /"AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"\s*:\s*"(arn:[\w:./-]+)"/.exec(input) ?? [];
  return arn === undefined || !arn.includes(":execution:") ? {} : { parentExecutionArn: arn };
}
