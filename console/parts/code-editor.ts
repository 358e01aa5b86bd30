/**
 * CodeMirror, wrapped: the one file that knows it. It lives in a shadow root, where its style sheets are
 * adopted instead of written into the page, which the page's content security policy would refuse.
 */
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorSelection, EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Mark } from "./editor.tsx";

export interface CodeEditor {
  /** Another text, unless it is what the editor has. */
  show(text: string): void;
  mark(marks: readonly Mark[]): void;
  close(): void;
}

interface Options {
  readonly label: string;
  /** How to get out of it without a mouse. */
  readonly wayOut: string;
  readonly change: (text: string) => void;
}

function shaded(colour: string) {
  return {
    backgroundColor: "transparent",
    boxShadow: `inset 0 0 0 1em color-mix(in srgb, ${colour} 30%, transparent)`,
    borderRadius: "2px",
  };
}

const theme = EditorView.theme({
  "&": { backgroundColor: "var(--panel)", color: "var(--text)", fontSize: "13px", height: "100%" },
  ".cm-content": { fontFamily: "var(--mono)", caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--raised)", color: "var(--quiet)", border: "none" },
  "&.cm-focused": { outline: "none" }, // its place has one, which nothing cuts off
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--accent-soft) !important" },
  // A shadow within and no background. What is typed over brackets before the editor has heard that they are selected,
  // the browser puts in itself, and lets it look like what it replaces. A background it writes down as a style
  // attribute, which the page's policy refuses; a shadow it lets go.
  "&.cm-focused .cm-matchingBracket": shaded("var(--quiet)"),
  "&.cm-focused .cm-nonmatchingBracket": shaded("var(--bad)"),
  ".cm-tooltip": { backgroundColor: "var(--panel)", border: "1px solid var(--line)", color: "var(--text)" },
  ".cm-diagnostic": { whiteSpace: "pre-wrap" },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--accent)" },
  { tag: tags.string, color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--warn)" },
]);

/** In the place of a field, as that stands at this moment: with its text, its selection, and its focus if it has it. */
export function createEditor(place: HTMLElement, field: HTMLTextAreaElement, options: Options): CodeEditor {
  const { label, wayOut, change } = options;
  const root = place.shadowRoot ?? place.attachShadow({ mode: "open" });
  const atWork = document.activeElement === field;
  const selection = atWork ? selectionOf(field) : EditorSelection.single(0);
  const view = new EditorView({
    root,
    parent: root,
    ...(atWork && { scrollTo: EditorView.scrollIntoView(selection.main) }),
    state: EditorState.create({
      doc: field.value,
      selection,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        bracketMatching(),
        json(),
        lintGutter(),
        syntaxHighlighting(colours),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": label, "aria-description": wayOut, tabindex: "0" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) change(update.state.doc.toString());
        }),
        leavesWithTab(),
        keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
        theme,
      ],
    }),
  });
  if (atWork) view.focus();
  return {
    show(next) {
      const before = view.state.doc.toString();
      if (before !== next) view.dispatch({ changes: { from: 0, to: before.length, insert: next } });
    },
    mark(marks) {
      const last = view.state.doc.length;
      const within = marks.map((mark) => ({ ...mark, from: Math.min(mark.from, last), to: Math.min(mark.to, last) }));
      view.dispatch(setDiagnostics(view.state, within));
    },
    close: () => view.destroy(),
  };
}

/**
 * After Escape, Tab leaves the editor until something is typed. What is around it, like a dialog that closes, hears only
 * the second Escape: with the first one nobody means to lose what stands there.
 */
function leavesWithTab(): Extension {
  let leaving = false;
  const become = (view: EditorView, next: boolean): boolean => {
    if (leaving === next) return false;
    leaving = next;
    view.setTabFocusMode(next);
    return true;
  };
  return [
    keymap.of([{ key: "Escape", run: (view) => become(view, true) }]),
    EditorView.domEventHandlers({ blur: (_, view) => void become(view, false) }),
    EditorView.updateListener.of(({ docChanged, view }) => {
      if (docChanged) become(view, false);
    }),
  ];
}

function selectionOf({ selectionStart, selectionEnd, selectionDirection }: HTMLTextAreaElement): EditorSelection {
  return selectionDirection === "backward"
    ? EditorSelection.single(selectionEnd, selectionStart)
    : EditorSelection.single(selectionStart, selectionEnd);
}
