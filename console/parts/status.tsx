/** A status as people see it: a sign, a colour and the word, so that none of them is needed alone. */
import type { Status } from "../api/wire.ts";
import { statusWords } from "./words.ts";

/** The colours of the style sheet. */
export type Tone = "running" | "good" | "bad" | "warn" | "quiet";

interface Look {
  readonly sign: string;
  readonly tone: Tone;
}

export const looks: Readonly<Record<Status, Look>> = {
  RUNNING: { sign: "●", tone: "running" },
  SUCCEEDED: { sign: "✔", tone: "good" },
  FAILED: { sign: "✖", tone: "bad" },
  TIMED_OUT: { sign: "⧖", tone: "bad" },
  ABORTED: { sign: "■", tone: "quiet" },
  PENDING_REDRIVE: { sign: "↻", tone: "warn" },
};

export function StatusBadge({ status, large = false }: { readonly status: Status; readonly large?: boolean }) {
  const { sign, tone } = looks[status];
  return (
    <span class={`badge ${tone}${large ? " large" : ""}`}>
      <span aria-hidden="true">{sign}</span> <span class="word">{statusWords[status]}</span>
    </span>
  );
}

export type StateStatus = "running" | "retrying" | "succeeded" | "caught" | "failed" | "aborted" | "none";

export const stateLooks: Readonly<Record<StateStatus, Look & { readonly word: string }>> = {
  running: { sign: "●", tone: "running", word: "running" },
  retrying: { sign: "↻", tone: "warn", word: "failed, may be tried again" },
  succeeded: { sign: "✔", tone: "good", word: "succeeded" },
  caught: { sign: "↩", tone: "warn", word: "failed and was caught" },
  failed: { sign: "✖", tone: "bad", word: "failed" },
  aborted: { sign: "■", tone: "quiet", word: "was stopped" },
  none: { sign: "", tone: "quiet", word: "not reached" },
};

export function StateBadge({ status }: { readonly status: StateStatus }) {
  const { sign, tone, word } = stateLooks[status];
  return (
    <span class={`badge ${tone}`}>
      <span aria-hidden="true">{sign}</span> {word}
    </span>
  );
}
