/** A payload as text, and never as anything else: what it looks like, or what changed in it since the step before. */
import { useMemo, useState } from "preact/hooks";
import { type DiffLine, diffLines, folded, likeness } from "./diff.ts";
import { pretty } from "./pretty.ts";

export interface PayloadProps {
  readonly title: string;
  readonly text: string;
  /** What it was one step earlier: at first shown as what changed, if much of it did not. */
  readonly before?: { readonly title: string; readonly text: string };
}

/** Longer than that, the browser is busy with laying it out. */
const usuallyShown = 50_000;
/** Of less in common a list of changes is harder to read than the thing itself. */
const worthwhile = 0.5;

export function Payload({ title, text, before }: PayloadProps) {
  const [asDiff, setAsDiff] = useState(
    () => before !== undefined && likeness(pretty(before.text), pretty(text)) >= worthwhile,
  );
  const [whole, setWhole] = useState(false);
  const laidOut = useMemo(() => pretty(text), [text]);
  const same = before !== undefined && pretty(before.text) === laidOut;
  const shown = whole ? laidOut : laidOut.slice(0, usuallyShown);
  return (
    <div class="payload">
      <header>
        <h3>{title}</h3>
        {same && <span class="quiet">the same as {before?.title}</span>}
        {before && !same && (
          <button type="button" class="plain" aria-pressed={asDiff} onClick={() => setAsDiff(!asDiff)}>
            {asDiff ? "show all" : `changes since ${before.title}`}
          </button>
        )}
      </header>
      {!same && (asDiff && before ? <Diff before={pretty(before.text)} after={laidOut} /> : <Text text={shown} />)}
      {!whole && laidOut.length > usuallyShown && (
        <button type="button" class="plain" onClick={() => setWhole(true)}>
          show all {Math.round(laidOut.length / 1024)} kB
        </button>
      )}
    </div>
  );
}

export function Text({ text }: { readonly text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <pre tabIndex={0}>{text}</pre>
  );
}

const signs: Readonly<Record<DiffLine["kind"], string>> = { same: " ", gone: "−", new: "+" };

function Diff({ before, after }: { readonly before: string; readonly after: string }) {
  const lines = useMemo(() => diffLines(before, after), [before, after]);
  if (!lines) return <Text text={after.slice(0, usuallyShown)} />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <pre class="diff" tabIndex={0}>
      {folded(lines).map((line, index) =>
        line === null ? (
          <span class="fold">{"⋯\n"}</span>
        ) : (
          <span key={index} class={line.kind}>{`${signs[line.kind]} ${line.text}\n`}</span>
        ),
      )}
    </pre>
  );
}
