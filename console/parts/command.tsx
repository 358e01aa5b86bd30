/** The line for a terminal that does what a button does. */
import { useState } from "preact/hooks";

export function Command({ line }: { readonly line: string }) {
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    void navigator.clipboard?.writeText(line).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), 2_000);
    });
  };
  return (
    <p class="command">
      <code>{line}</code>
      <button type="button" class="plain" onClick={copy} aria-label={`Copy: ${line}`}>
        {copied ? "copied" : "copy"}
      </button>
    </p>
  );
}
