/** One open task: what is asked, with which data, until when; and the form that answers it. */
import { useMemo, useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { Begun } from "../parts/begun.tsx";
import { Command } from "../parts/command.tsx";
import { draftOf } from "../parts/draft.ts";
import { Editor } from "../parts/editor.tsx";
import { Payload } from "../parts/payload.tsx";
import { Moment } from "../parts/time.tsx";
import { shellWord } from "../parts/words.ts";
import { executionLink, namesIn } from "../route.ts";
import {
  type Drafts,
  fieldsOf,
  firstDrafts,
  readForm,
  readJson,
  refusalCause,
  type Signed,
  shownSchema,
  signedAnswer,
} from "./answer.ts";
import { Fields } from "./fields.tsx";
import { approve, keepName, type OpenTask, ownName, refuse, withoutToken } from "./open-tasks.ts";

interface TaskProps {
  readonly task: OpenTask;
  readonly now: number;
  readonly answered: (says: string) => void;
  /** Somebody was faster, or its time is over: what was answered does not count. */
  readonly tooLate: () => void;
}

export function Task({ task, now, ...outcomes }: TaskProps) {
  const { machine, name } = namesIn(task.executionArn);
  return (
    <section class="panel flow" aria-label={`Task ${task.id}`}>
      <header>
        <h2>{task.question ?? task.state}</h2>
      </header>
      {task.description !== undefined && <p>{task.description}</p>}
      <p class="quiet">
        Asked by state <a href={executionLink(machine, name, task.state)}>{task.state}</a> of {machine} / {name}.
        {task.attempt > 0 && ` This is attempt ${task.attempt + 1}.`}{" "}
        <a href={executionLink(machine, name, undefined, { view: "timeline" })}>What happened before</a>
      </p>
      <dl class="facts">
        <div>
          <dt>Waits since</dt>
          <dd>
            <Moment at={Date.parse(task.since)} now={now} />
          </dd>
        </div>
        <div>
          <dt>Deadline</dt>
          <dd>{task.until === undefined ? "none" : <Moment at={Date.parse(task.until)} now={now} />}</dd>
        </div>
      </dl>
      <AnswerForm task={task} {...outcomes} />
      <Payload title="What it was asked with" text={withoutToken(task.arguments, task.token)} />
    </section>
  );
}

interface Written {
  /** As JSON, and not in the form. */
  readonly raw: boolean;
  readonly text: string;
  readonly drafts: Drafts;
  readonly name: string;
  readonly comment: string;
}

function untouched({ schema }: OpenTask): Written {
  const raw = fieldsOf(schema).length === 0;
  return { raw, text: '{\n  "approved": true\n}', drafts: firstDrafts(schema), name: ownName(), comment: "" };
}

function AnswerForm({ task, answered, tooLate }: Omit<TaskProps, "now">) {
  const hasFields = fieldsOf(task.schema).length > 0;
  const draft = useMemo(() => draftOf<Written>(`answer to ${task.id}`), [task.id]);
  const [begun, setBegun] = useState(draft.read);
  const [written, setWritten] = useState(() => begun ?? untouched(task));
  const { raw, text, drafts, name, comment } = written;
  const by = name.trim();
  const change = (to: Partial<Written>): void => {
    const next = { ...written, ...to };
    setWritten(next);
    draft.keep(next);
  };
  const startOver = (): void => {
    draft.forget();
    setBegun(undefined);
    setWritten(untouched(task));
  };
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const output = (): string =>
    signedAnswer(raw ? readJson(task.schema, text) : readForm(task.schema, drafts), { by, comment });
  const send = async (act: () => Promise<void>, says: string): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      if (by === "") throw new Error("Say who answers: the name stands in the history.");
      keepName(by);
      await act();
      draft.forget();
      answered(says);
    } catch (failure) {
      if (failure instanceof ApiError && failure.name === "TaskTimedOut") {
        draft.forget();
        tooLate();
      }
      setError(failure instanceof Error ? failure.message : String(failure));
    }
    setBusy(false);
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    void send(async () => approve(task, output()), "Approved.");
  };
  const decline = (): void => void send(() => refuse(task, "Refused", refusalCause({ by, comment })), "Refused.");
  return (
    <form class="fields" onSubmit={submit}>
      {begun && <Begun startOver={startOver} />}
      {!raw && task.schema && (
        <Fields
          schema={shownSchema(task.schema)}
          drafts={drafts}
          change={(to) => change({ drafts: to })}
          id="answer"
          needed
        />
      )}
      {raw && <Editor label="Answer (JSON)" text={text} change={(to) => change({ text: to })} />}
      {hasFields && (
        <p>
          <button type="button" class="plain" onClick={() => change({ raw: !raw })}>
            {raw ? "answer with the form" : "answer with JSON"}
          </button>
        </p>
      )}
      <label>
        Your name (recorded)
        <input
          value={name}
          required
          autocomplete="name"
          onInput={(event) => change({ name: event.currentTarget.value })}
        />
      </label>
      <label>
        Comment (recorded)
        <input value={comment} onInput={(event) => change({ comment: event.currentTarget.value })} />
      </label>
      {error !== undefined && (
        <p class="failure" role="alert">
          {error}
        </p>
      )}
      <p class="buttons">
        <button type="button" class="danger" disabled={busy} onClick={decline}>
          Refuse
        </button>
        <button type="submit" class="primary" disabled={busy}>
          Approve
        </button>
      </p>
      <p class="label">In a terminal</p>
      <Command line={approval(task, output, { by, comment })} />
      <Command line={refusal(task, { by, comment })} />
    </form>
  );
}

function approval({ id }: OpenTask, output: () => string, signed: Signed): string {
  return [`baton inbox approve ${id}`, `--output ${shellWord(answerText(output))}`, ...signature(signed)].join(" ");
}

function refusal({ id }: OpenTask, signed: Signed): string {
  return [`baton inbox refuse ${id}`, ...signature(signed)].join(" ");
}

function signature({ by, comment }: Signed): readonly string[] {
  return [
    ...(by === "" ? [] : [`--by ${shellWord(by)}`]),
    ...(comment === "" ? [] : [`--comment ${shellWord(comment)}`]),
  ];
}

/** While the form is not complete there is no answer yet. */
function answerText(output: () => string): string {
  try {
    return output();
  } catch {
    return "…";
  }
}
