/** A question that comes before an act: what will happen, the line for a terminal that does the same, yes or no. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Command } from "./command.tsx";

export interface Act {
  readonly title: string;
  /** The button's word: what it does. */
  readonly verb: string;
  readonly danger?: boolean;
  readonly command?: string;
  /** What that needs to be there. */
  readonly commandWith?: string | undefined;
  readonly children?: ComponentChildren;
  readonly act: () => Promise<void>;
  readonly close: () => void;
}

export function ActDialog({ title, verb, danger = false, command, commandWith, children, act, close }: Act) {
  const dialog = useRef<HTMLDialogElement>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  useLayoutEffect(() => {
    const { current: element } = dialog;
    element?.showModal();
    // Where there is nothing to fill in, and not on what copies a line.
    if (!element?.querySelector("input, select, textarea")) cancel.current?.focus();
    // One that is taken out while it is open would not give back the focus that it took.
    return () => element?.close();
  }, []);
  const confirm = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await act();
      close();
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} aria-label={title} onClose={close}>
      <form onSubmit={confirm}>
        <h2>{title}</h2>
        {children}
        {error !== undefined && (
          <p class="failure" role="alert">
            {error}
          </p>
        )}
        {command !== undefined && (
          <>
            <p class="label">In a terminal{commandWith !== undefined && `, with ${commandWith}`}</p>
            <Command line={command} />
          </>
        )}
        <p class="buttons">
          <button type="button" ref={cancel} onClick={close}>
            Cancel
          </button>
          <button type="submit" class={danger ? "danger" : "primary"} disabled={busy}>
            {busy ? "…" : verb}
          </button>
        </p>
      </form>
    </dialog>
  );
}
