/** The definition and its graph side by side. While one writes, the API's own validator says what is wrong, and it is marked where it is. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { several } from "../../lib/cli/explain/words.ts";
import { call } from "../api/client.ts";
import type { Diagnostic, MachineDescription } from "../api/wire.ts";
import { Graph } from "../graph/graph.tsx";
import { ActDialog } from "../parts/dialog.tsx";
import { Editor, type Mark } from "../parts/editor.tsx";
import { Payload } from "../parts/payload.tsx";
import { pretty } from "../parts/pretty.ts";
import { shellWord } from "../parts/words.ts";
import { placeIn, stateIn } from "./place.ts";

interface DefinitionProps {
  readonly machine: MachineDescription;
  readonly mayChange: boolean;
  readonly changed: () => void;
}

const typingPause = 400;

export function Definition({ machine, mayChange, changed }: DefinitionProps) {
  const before = useMemo(() => pretty(machine.definition), [machine.definition]);
  const [text, setText] = useState(before);
  const [saving, setSaving] = useState(false);
  const diagnostics = useDiagnostics(text, machine.type);
  const marks = useMemo(() => diagnostics.map((diagnostic) => markOf(text, diagnostic)), [text, diagnostics]);
  const marked = useMemo(() => new Set(diagnostics.flatMap(({ location }) => stateIn(location) ?? [])), [diagnostics]);
  const errors = diagnostics.filter(({ severity }) => severity === "ERROR").length;
  return (
    <div class="side-by-side">
      <div class="panel">
        <Editor label="Definition" text={text} change={setText} marks={marks} tall />
        <p role="status" class={errors > 0 ? "tone-bad" : "quiet"}>
          {diagnostics.length === 0 ? "No problems." : several(diagnostics.length, "problem")}
        </p>
        <ul class="problems">
          {diagnostics.map(({ severity, code, message, location }) => (
            <li key={`${code}${location}${message}`} class={severity === "ERROR" ? "tone-bad" : "tone-warn"}>
              <strong>{location}</strong> {message}
            </li>
          ))}
        </ul>
        {mayChange && text !== before && (
          <p class="buttons">
            <button type="button" onClick={() => setText(before)}>
              Discard
            </button>
            <button type="button" class="primary" disabled={errors > 0} onClick={() => setSaving(true)}>
              Save…
            </button>
          </p>
        )}
      </div>
      <div class="panel view">
        <Graph definition={text} marked={marked} />
      </div>
      {saving && (
        <ActDialog
          title={`Save ${machine.name}`}
          verb="Save"
          command={`baton deploy ${shellWord(`${machine.name}.asl.json`)}`}
          close={() => setSaving(false)}
          act={async () => {
            await call("UpdateStateMachine", { stateMachineArn: machine.stateMachineArn, definition: text });
            changed();
          }}
        >
          <p>
            Executions that start from now on run this definition. Those that run keep the one that they started with.
          </p>
          <Payload title="What changes" text={text} before={{ title: "what is saved", text: before }} />
        </ActDialog>
      )}
    </div>
  );
}

function useDiagnostics(definition: string, type: MachineDescription["type"]): readonly Diagnostic[] {
  const [diagnostics, setDiagnostics] = useState<readonly Diagnostic[]>([]);
  useEffect(() => {
    let gone = false;
    const ask = async (): Promise<void> => {
      const answer = await call<{ diagnostics: Diagnostic[] }>("ValidateStateMachineDefinition", {
        definition,
        type,
        severity: "WARNING",
      });
      if (!gone) setDiagnostics(answer.diagnostics);
    };
    const timer = setTimeout(() => void ask().catch(() => setDiagnostics([])), typingPause);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [definition, type]);
  return diagnostics;
}

function markOf(text: string, { severity, message, location }: Diagnostic): Mark {
  return { ...placeIn(text, location), severity: severity === "ERROR" ? "error" : "warning", message };
}
