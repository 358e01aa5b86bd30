/** Start an execution: its name if it should have one, its input, and the inputs of the latest runs to begin from. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { parseJson, writeJson } from "../../lib/asl/json.ts";
import { machineArn } from "../api/arns.ts";
import { call } from "../api/client.ts";
import type { ExecutionDescription } from "../api/wire.ts";
import { searchExecutions } from "../executions/search.ts";
import { ActDialog } from "../parts/dialog.tsx";
import { Editor } from "../parts/editor.tsx";
import { pretty, short } from "../parts/pretty.ts";
import { shellWord } from "../parts/words.ts";
import { executionLink, go, namesIn } from "../route.ts";

interface StartProps {
  readonly machine: string;
  readonly input: string;
  /** An alias or a version of the machine, by which it is started; absent: as the machine is now. */
  readonly qualifier?: string | undefined;
  /** An execution of which nothing is kept has no page to go to. */
  readonly unkept?: (name: string) => void;
  readonly close: () => void;
}

export function StartDialog({ machine, input, qualifier, unkept, close }: StartProps) {
  const behind = qualifier === undefined ? "" : `:${qualifier}`;
  const [text, setText] = useState(() => pretty(input));
  const [name, setName] = useState("");
  const recent = useRecentInputs(machine);
  const compact = useMemo(() => compacted(text), [text]);
  const act = async (): Promise<void> => {
    if (compact === undefined) throw new Error("The input is not JSON.");
    const { executionArn } = await call<{ executionArn: string }>("StartExecution", {
      stateMachineArn: `${await machineArn(machine)}${behind}`,
      input: text,
      ...(name !== "" && { name }),
    });
    const started = namesIn(executionArn);
    if (unkept && executionArn.split(":")[5] === "express") unkept(started.name);
    else go(executionLink(started.machine, started.name));
  };
  const named = name === "" ? "" : ` --name ${shellWord(name)}`;
  const fromFile = compact !== undefined && compact.length > longestWord;
  const given = fromFile ? "@input.json" : shellWord(compact ?? "…");
  return (
    <ActDialog
      title={`Start ${machine}${behind}`}
      verb="Start"
      command={`baton start ${shellWord(`${machine}${behind}`)}${named} --input ${given}`}
      commandWith={fromFile ? "the input in input.json" : undefined}
      close={close}
      act={act}
    >
      <div class="fields">
        {recent.length > 0 && (
          <label>
            Inputs of the latest runs
            <select onChange={(event) => setText(pretty(recent[Number(event.currentTarget.value)]?.input ?? text))}>
              <option value="">choose one to begin from</option>
              {recent.map(({ name: from, input: given = "" }, index) => (
                <option key={from} value={index}>
                  {from}: {short(given, 60)}
                </option>
              ))}
            </select>
          </label>
        )}
        <Editor
          label="Input"
          text={text}
          change={setText}
          problems={compact === undefined ? ["This is not JSON."] : []}
        />
        <label>
          Name (optional)
          <input value={name} maxLength={80} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
      </div>
    </ActDialog>
  );
}

/** A longer input is not one that anybody pastes into a line. */
const longestWord = 4_096;

function compacted(text: string): string | undefined {
  try {
    return writeJson(parseJson(text));
  } catch {
    return undefined;
  }
}

const mostRecent = 5;

function useRecentInputs(machine: string): readonly ExecutionDescription[] {
  const [recent, setRecent] = useState<readonly ExecutionDescription[]>([]);
  useEffect(() => {
    const load = async (): Promise<void> => {
      const { executions } = await searchExecutions({ machine, status: "", search: "" }, undefined, mostRecent);
      const described = executions.map(({ executionArn }) =>
        call<ExecutionDescription>("DescribeExecution", { executionArn }),
      );
      setRecent(await Promise.all(described));
    };
    load().catch(() => setRecent([])); // only an offer: whoever starts learns what does not work
  }, [machine]);
  return recent;
}
