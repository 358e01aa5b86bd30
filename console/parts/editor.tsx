/**
 * A text that people edit: JSON with colours, brackets and problems where they are. The editor itself comes as a
 * file of its own when it is first needed; until then, and where it cannot come, a plain field does the same. Where
 * somebody is typing in that field when the editor comes, it goes on in the editor: text, cursor and selection.
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly severity: "error" | "warning";
  readonly message: string;
}

interface EditorProps {
  readonly label: string;
  readonly text: string;
  readonly change: (text: string) => void;
  readonly marks?: readonly Mark[];
  /** Said beneath it. */
  readonly problems?: readonly string[];
  readonly tall?: boolean;
}

type Running = import("./code-editor.ts").CodeEditor;

const none: readonly Mark[] = [];
const wayOut = "Tab indents; Escape, then Tab leaves.";

export function Editor({ label, text, change, marks = none, problems = [], tall = false }: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const running = useRef<Running | undefined>(undefined);
  const [ready, setReady] = useState(false);
  const changed = useRef(change);
  changed.current = change;
  useEffect(() => {
    let gone = false;
    const open = async (): Promise<void> => {
      const { createEditor } = await import("./code-editor.ts");
      if (gone || !place.current || !field.current) return;
      place.current.hidden = false; // at once: what is hidden takes no focus, and the field keeps its own until it goes
      running.current = createEditor(place.current, field.current, {
        label,
        wayOut,
        change: (next) => changed.current(next),
      });
      running.current.mark(marks);
      setReady(true);
    };
    open().catch(() => setReady(false)); // the plain field stays
    return () => {
      gone = true;
      running.current?.close();
      running.current = undefined;
    };
  }, []);
  // Before anything else can be typed: an older text shown late would undo a newer one.
  useLayoutEffect(() => running.current?.show(text), [text]);
  useEffect(() => running.current?.mark(marks), [marks, ready]);
  return (
    <div class={tall ? "editor tall" : "editor"}>
      <p class="label">
        {label} {ready && <span class="way-out">{wayOut}</span>}
      </p>
      <div ref={place} class="code-place" hidden={!ready} />
      {!ready && (
        <textarea
          ref={field}
          class="code"
          aria-label={label}
          value={text}
          onInput={(event) => change(event.currentTarget.value)}
        />
      )}
      {problems.map((problem) => (
        <p key={problem} class="failure" role="alert">
          {problem}
        </p>
      ))}
    </div>
  );
}
