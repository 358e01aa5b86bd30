/** The definition of a machine and its graph, checked while one writes, and saved with what changes shown first. */
import { useMemo, useState } from "preact/hooks";
import { call } from "../api/client.ts";
import type { MachineDescription } from "../api/wire.ts";
import { ActDialog } from "../parts/dialog.tsx";
import { Payload } from "../parts/payload.tsx";
import { pretty } from "../parts/pretty.ts";
import { shellWord } from "../parts/words.ts";
import { CheckedEditor, hasErrors, useCheck } from "./checked-editor.tsx";

interface DefinitionProps {
  readonly machine: MachineDescription;
  readonly mayChange: boolean;
  readonly changed: () => void;
}

/** Nobody loses what he has written, and nobody undoes unseen what another one has saved. */
const meanwhile =
  "Somebody has saved it since you opened it. What changes is now shown against that: saved again, yours takes its place.";

export function Definition({ machine, mayChange, changed }: DefinitionProps) {
  const { name, type, stateMachineArn } = machine;
  const [saved, setSaved] = useState(machine);
  const before = useMemo(() => pretty(saved.definition), [saved.definition]);
  const [text, setText] = useState(before);
  const [saving, setSaving] = useState(false);
  const checked = useCheck(text, type);
  const save = async (): Promise<void> => {
    const stands = await call<MachineDescription>("DescribeStateMachine", { stateMachineArn });
    if (stands.revisionId !== saved.revisionId) {
      setSaved(stands);
      throw new Error(meanwhile);
    }
    await call("UpdateStateMachine", { stateMachineArn, definition: text });
    changed();
  };
  return (
    <>
      <CheckedEditor text={text} change={setText} checked={checked}>
        {mayChange && text !== before && (
          <p class="buttons">
            <button type="button" onClick={() => setText(before)}>
              Discard
            </button>
            <button type="button" class="primary" disabled={hasErrors(checked)} onClick={() => setSaving(true)}>
              Save…
            </button>
          </p>
        )}
      </CheckedEditor>
      {saving && (
        <ActDialog
          title={`Save ${name}`}
          verb="Save"
          command={`baton deploy ${shellWord(`${name}.asl.json`)}`}
          close={() => setSaving(false)}
          act={save}
        >
          <p>
            Executions that start from now on run this definition. Those that run keep the one that they started with.
          </p>
          <Payload title="What changes" text={text} before={{ title: "what is saved", text: before }} />
        </ActDialog>
      )}
    </>
  );
}
