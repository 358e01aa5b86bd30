/** The definition of a machine and its graph, checked while one writes, and saved with what changes shown first. */
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { call } from "../api/client.ts";
import type { MachineDescription } from "../api/wire.ts";
import { ActDialog } from "../parts/dialog.tsx";
import { type Draft, draftOf } from "../parts/draft.ts";
import { Payload } from "../parts/payload.tsx";
import { pretty } from "../parts/pretty.ts";
import { shellWord } from "../parts/words.ts";
import { CheckedEditor, hasErrors, useCheck } from "./checked-editor.tsx";

interface DefinitionProps {
  readonly machine: MachineDescription;
  readonly mayChange: boolean;
  readonly changed: () => void;
}

interface Written {
  readonly text: string;
  /** What it was begun from. */
  readonly revisionId: string | undefined;
}

/** Nobody loses what he has written, and nobody undoes unseen what another one has saved. */
const meanwhile =
  "Somebody has saved it since you opened it. What changes is now shown against that: saved again, yours takes its place.";

/** What somebody else saves is shown at once, but not in place of what one is writing: that is told when it is saved. */
export function Definition({ machine, ...rest }: DefinitionProps) {
  const opened = useRef(machine);
  const isWritten = draftFor(machine).read() !== undefined;
  if (opened.current.revisionId !== machine.revisionId && !isWritten) opened.current = machine;
  return <Opened key={opened.current.revisionId ?? ""} machine={opened.current} {...rest} />;
}

function draftFor({ name }: MachineDescription): Draft<Written> {
  return draftOf(`definition of ${name}`);
}

function Opened({ machine, mayChange, changed }: DefinitionProps) {
  const { name, type, stateMachineArn } = machine;
  const draft = useMemo(() => draftFor(machine), [name]);
  const [begun] = useState(draft.read);
  const [saved, setSaved] = useState({ ...machine, revisionId: begun ? begun.revisionId : machine.revisionId });
  const before = useMemo(() => pretty(saved.definition), [saved.definition]);
  const [text, setText] = useState(begun ? begun.text : before);
  const [saving, setSaving] = useState(false);
  const { revisionId } = saved;
  useLayoutEffect(() => {
    if (!mayChange) return;
    if (text === before) draft.forget();
    else draft.keep({ text, revisionId });
  }, [text, before, revisionId, mayChange]);
  const checked = useCheck(text, type);
  const save = async (): Promise<void> => {
    const stands = await call<MachineDescription>("DescribeStateMachine", { stateMachineArn });
    if (stands.revisionId !== revisionId) {
      setSaved({ ...stands, revisionId: stands.revisionId });
      throw new Error(meanwhile);
    }
    await call("UpdateStateMachine", { stateMachineArn, definition: text });
    draft.forget();
    changed();
  };
  return (
    <>
      <CheckedEditor text={text} change={setText} checked={checked}>
        {mayChange && text !== before && (
          <p class="buttons">
            <span class="quiet">What you have written is not saved.</span>
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
