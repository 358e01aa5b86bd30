/** Every machine of the recorded executions, replayed against itself from nothing but the history of its run: as before. */
import { describe, expect, test } from "vitest";
import { parseDefinitionText } from "../../../lib/asl/parse.ts";
import { replay } from "../../../lib/cli/replay/replay.ts";
import { runOfHistory } from "../../../lib/cli/replay/run.ts";
import {
  defaultFolder,
  type ExecutionCase,
  hasCorpus,
  lackingCorpus,
  readExecutions,
} from "../../conformance/corpus.ts";
import { interpret, namesIn } from "../../conformance/interpreter.ts";

/** Files of an ItemReader and the children of a Map Run are not in the history. */
function isInItsHistory({ s3_objects, expect: { history = [] } }: ExecutionCase): boolean {
  return s3_objects === undefined && !history.some(({ type }) => type === "MapRunStarted");
}

const executions = hasCorpus(defaultFolder) ? readExecutions(defaultFolder).filter(isInItsHistory) : [];
const reason = lackingCorpus();

describe.skipIf(reason)(`recorded executions, replayed${reason === undefined ? "" : ` (${reason})`}`, () => {
  test.each(executions.map((one) => [one.id, one] as const))("%s", async (_, one) => {
    const { status, history } = await interpret(one);
    const parsed = parseDefinitionText(one.definitionText, { type: one.type });
    if (parsed.kind === "problems" || status === "RUNNING") return;
    const { execution } = namesIn(one);
    const run = runOfHistory(one.id, history);
    const named = { ...run, execution: { ...run.execution, ...execution } };
    expect(await replay(named, parsed.definition)).toMatchObject({ verdict: "same" });
    expect(await replay({ ...named, definition: parsed.definition }, parsed.definition)).toMatchObject({
      verdict: "same",
    });
  });
});
