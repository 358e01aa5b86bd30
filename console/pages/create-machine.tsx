/** A new state machine: its name, type and role, and its definition, begun from an example and checked while one writes. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { ApiError, rest } from "../api/client.ts";
import { may, useSession } from "../api/session.ts";
import type { Machine } from "../api/wire.ts";
import { CheckedEditor, hasErrors, useCheck } from "../machine/checked-editor.tsx";
import { emptyDefinition, examples } from "../machine/examples.ts";
import { type Place, placeOf } from "../machine/refusal-place.ts";
import { Begun } from "../parts/begun.tsx";
import { Command } from "../parts/command.tsx";
import { draftOf } from "../parts/draft.ts";
import { useTitle } from "../parts/title.ts";
import { shellWord } from "../parts/words.ts";
import { go, link } from "../route.ts";

export function CreateMachinePage() {
  useTitle("Create a machine");
  const session = useSession();
  return (
    <section class="page">
      <nav class="trail" aria-label="Where this is">
        <a href={link(["machines"])}>Machines</a>
      </nav>
      <h1>Create a machine</h1>
      {session.role !== undefined &&
        (may(session, "admin") ? (
          <CreateForm />
        ) : (
          <p class="empty">To create a machine takes a key of role admin; this one has the role {session.role}.</p>
        ))}
    </section>
  );
}

interface Given {
  readonly name: string;
  readonly type: Machine["type"];
  readonly roleArn: string;
}

interface Refused {
  readonly place: Place;
  readonly says: string;
}

interface Written {
  readonly given: Given;
  readonly text: string;
}

const untouched: Written = { given: { name: "", type: "STANDARD", roleArn: "" }, text: examples[0].text };
const draft = draftOf<Written>("new machine");

function CreateForm() {
  const [begun, setBegun] = useState(draft.read);
  const [given, setGiven] = useState((begun ?? untouched).given);
  const [text, setText] = useState((begun ?? untouched).text);
  const [refused, setRefused] = useState<Refused>();
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const checked = useCheck(text, given.type);
  useLayoutEffect(() => {
    if (JSON.stringify({ given, text }) === JSON.stringify(untouched)) draft.forget();
    else draft.keep({ given, text });
  }, [given, text]);
  const startOver = (): void => {
    setBegun(undefined);
    setGiven(untouched.given);
    setText(untouched.text);
  };
  const refuse = (next: Refused): void => {
    setRefused(next);
    form.current?.querySelector<HTMLElement>(`[name="${next.place}"]`)?.focus();
  };
  const create = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (given.name === "") return refuse({ place: "name", says: "A machine needs a name." });
    if (hasErrors(checked)) return;
    setBusy(true);
    setRefused(undefined);
    try {
      const { name, type, roleArn } = given;
      const role = roleArn === "" ? {} : { roleArn };
      await rest("POST", "state-machines", { name, type, ...role, definition: text });
      draft.forget();
      go(link(["machines", given.name]));
    } catch (error) {
      refuse(asRefused(error));
      setBusy(false);
    }
  };
  const says = (place: Place): string | undefined => (refused?.place === place ? refused.says : undefined);
  return (
    <form ref={form} class="create" onSubmit={create} noValidate>
      {begun && <Begun startOver={startOver} />}
      <Fields given={given} change={(to) => setGiven({ ...given, ...to })} says={says} />
      <BeginFrom text={text} begin={setText} />
      <CheckedEditor text={text} change={setText} checked={checked} refused={says("definition")} />
      {says("form") !== undefined && (
        <p class="failure" role="alert">
          {says("form")}
        </p>
      )}
      <div>
        <p class="label">In a terminal, with the definition in {fileOf(given)}</p>
        <Command line={commandFor(given)} />
      </div>
      <p class="buttons">
        <a class="button" href={link(["machines"])} onClick={draft.forget}>
          Cancel
        </a>
        <button type="submit" class="primary" disabled={busy || hasErrors(checked)}>
          {busy ? "…" : "Create"}
        </button>
      </p>
    </form>
  );
}

function asRefused(error: unknown): Refused {
  if (!(error instanceof ApiError)) return { place: "form", says: String(error) };
  return { place: placeOf(error), says: error.message };
}

function fileOf({ name }: Given): string {
  return `${name === "" ? "NAME" : name}.asl.json`;
}

function commandFor(given: Given): string {
  const { type, roleArn } = given;
  const options = [...(type === "STANDARD" ? [] : ["--type", type]), ...(roleArn === "" ? [] : ["--role", roleArn])];
  return ["baton", "deploy", fileOf(given), ...options].map(shellWord).join(" ");
}

interface FieldsProps {
  readonly given: Given;
  readonly change: (to: Partial<Given>) => void;
  /** What was refused there. */
  readonly says: (place: Place) => string | undefined;
}

function Fields({ given: { name, type, roleArn }, change, says }: FieldsProps) {
  return (
    <div class="create-fields fields">
      <TextField place="name" label="Name" value={name} change={(to) => change({ name: to })} refused={says("name")} />
      <label>
        Type
        <select
          value={type}
          onChange={(event) => change({ type: event.currentTarget.value === "EXPRESS" ? "EXPRESS" : "STANDARD" })}
        >
          <option value="STANDARD">Standard: kept, for as long as it takes</option>
          <option value="EXPRESS">Express: in memory, five minutes at most</option>
        </select>
      </label>
      <TextField
        place="roleArn"
        label="Role ARN (optional)"
        hint="Counts where the installation lets tasks run under their machine's role."
        value={roleArn}
        change={(to) => change({ roleArn: to })}
        refused={says("roleArn")}
      />
    </div>
  );
}

interface TextFieldProps {
  readonly place: Place;
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly change: (value: string) => void;
  readonly refused: string | undefined;
}

function TextField({ place, label, hint, value, change, refused }: TextFieldProps) {
  const about = refused === undefined && hint === undefined ? undefined : `about-${place}`;
  return (
    <div>
      <label>
        {label}
        <input
          name={place}
          value={value}
          autocomplete="off"
          spellcheck={false}
          aria-invalid={refused !== undefined}
          aria-describedby={about}
          onInput={(event) => change(event.currentTarget.value)}
        />
      </label>
      {refused !== undefined ? (
        <p id={about} class="failure" role="alert">
          {refused}
        </p>
      ) : (
        hint !== undefined && (
          <p id={about} class="hint quiet">
            {hint}
          </p>
        )
      )}
    </div>
  );
}

const offered = [...examples, emptyDefinition];

/** What somebody has written is not lost for looking at an example: it stays among what one can begin from. */
function BeginFrom({ text, begin }: { readonly text: string; readonly begin: (text: string) => void }) {
  const own = useRef<string>(undefined);
  const isOwn = !offered.some((example) => example.text === text);
  if (isOwn) own.current = text;
  const chosen = offered.findIndex((example) => example.text === text);
  const choose = (value: string): void => begin((value === "own" ? own.current : offered[Number(value)]?.text) ?? text);
  return (
    <div class="fields">
      <label class="begin-from">
        Begin from
        <select value={isOwn ? "own" : String(chosen)} onChange={(event) => choose(event.currentTarget.value)}>
          {own.current !== undefined && <option value="own">what I have written</option>}
          {offered.map(({ title }, index) => (
            <option key={title} value={String(index)}>
              {title}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
