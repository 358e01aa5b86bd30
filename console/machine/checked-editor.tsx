/**
 * A definition in an editor, with its graph beside it. While one writes, the API's own validator says what is wrong,
 * and it is marked where it is.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { several } from "../../lib/cli/explain/words.ts";
import { asApiError, call } from "../api/client.ts";
import type { Diagnostic, Machine } from "../api/wire.ts";
import { Graph } from "../graph/graph.tsx";
import { Editor, type Mark } from "../parts/editor.tsx";
import { placeIn, stateIn } from "./place.ts";

export type Checked =
  | { readonly kind: "checking" }
  | { readonly kind: "unknown"; readonly reason: string; readonly unanswered?: true }
  | { readonly kind: "checked"; readonly diagnostics: readonly Diagnostic[] };

const typingPause = 400;
/** Where nobody answered, it is asked again. */
const pauseMilliseconds = 4_000;

/** What is shown belongs to the text before it until the answer for this one is there. */
export function useCheck(definition: string, type: Machine["type"]): Checked {
  const [checked, setChecked] = useState<Checked>({ kind: "checking" });
  useEffect(() => {
    let gone = false;
    const ask = async (): Promise<void> => {
      const answer = await check(definition, type);
      if (gone) return;
      setChecked(answer);
      if (answer.kind === "unknown" && answer.unanswered) timer = setTimeout(() => void ask(), pauseMilliseconds);
    };
    let timer = setTimeout(() => void ask(), typingPause);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [definition, type]);
  return checked;
}

async function check(definition: string, type: Machine["type"]): Promise<Checked> {
  if (definition.trim() === "") return { kind: "unknown", reason: "there is none yet" };
  try {
    const asked = { definition, type, severity: "WARNING" };
    const { diagnostics } = await call<{ diagnostics: Diagnostic[] }>("ValidateStateMachineDefinition", asked);
    return { kind: "checked", diagnostics };
  } catch (error) {
    const { name, message } = asApiError(error);
    return { kind: "unknown", reason: message, ...(name === "Unreachable" && { unanswered: true }) };
  }
}

export function hasErrors(checked: Checked): boolean {
  return checked.kind === "checked" && checked.diagnostics.some(({ severity }) => severity === "ERROR");
}

interface CheckedEditorProps {
  readonly text: string;
  readonly change: (text: string) => void;
  readonly checked: Checked;
  /** What an act was refused with. */
  readonly refused?: string | undefined;
  /** Beneath the problems. */
  readonly children?: ComponentChildren;
}

const none: readonly Diagnostic[] = [];

export function CheckedEditor({ text, change, checked, refused, children }: CheckedEditorProps) {
  const diagnostics = checked.kind === "checked" ? checked.diagnostics : none;
  const marks = useMemo(() => diagnostics.map((diagnostic) => markOf(text, diagnostic)), [text, diagnostics]);
  const marked = useMemo(() => new Set(diagnostics.flatMap(({ location }) => stateIn(location) ?? [])), [diagnostics]);
  return (
    <div class="side-by-side">
      <div class="panel">
        <Editor
          label="Definition"
          text={text}
          change={change}
          marks={marks}
          problems={refused === undefined ? [] : [refused]}
          tall
        />
        <p role="status" class={hasErrors(checked) ? "tone-bad" : "quiet"}>
          {summaryOf(checked)}
        </p>
        <ul class="problems">
          {diagnostics.map(({ severity, code, message, location }) => (
            <li key={`${code}${location}${message}`} class={severity === "ERROR" ? "tone-bad" : "tone-warn"}>
              <strong>{location}</strong> {message}
            </li>
          ))}
        </ul>
        {children}
      </div>
      <div class="panel view">
        <Graph definition={text} marked={marked} />
      </div>
    </div>
  );
}

function summaryOf(checked: Checked): string {
  if (checked.kind === "checking") return "Being checked…";
  if (checked.kind === "unknown") return `Not checked: ${checked.reason.replace(/\.$/, "")}.`;
  return checked.diagnostics.length === 0 ? "No problems." : several(checked.diagnostics.length, "problem");
}

function markOf(text: string, { severity, message, location }: Diagnostic): Mark {
  return { ...placeIn(text, location), severity: severity === "ERROR" ? "error" : "warning", message };
}
