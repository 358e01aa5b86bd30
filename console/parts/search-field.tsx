/**
 * A field to search with, whose text the address keeps: it follows when one has stopped typing, and an address from
 * elsewhere fills the field.
 */
import { useEffect, useRef, useState } from "preact/hooks";

const typingPause = 300;

/** `keep` puts a text into the address. */
export function useSearchText(
  inAddress: string,
  keep: (text: string) => void,
): readonly [text: string, change: (text: string) => void] {
  const [text, setText] = useState(inAddress);
  /** What the address has, as far as this field put it there. */
  const sent = useRef(inAddress);
  /** What else is in the address may change while one types. */
  const latest = useRef(keep);
  latest.current = keep;
  useEffect(() => {
    if (inAddress === sent.current) return;
    sent.current = inAddress;
    setText(inAddress);
  }, [inAddress]);
  useEffect(() => {
    const timer = setTimeout(() => {
      if (text === sent.current) return;
      sent.current = text;
      latest.current(text);
    }, typingPause);
    return () => clearTimeout(timer);
  }, [text]);
  return [text, setText];
}

interface SearchFieldProps {
  readonly label: string;
  readonly text: string;
  readonly change: (text: string) => void;
  readonly placeholder: string;
}

export function SearchField({ label, text, change, placeholder }: SearchFieldProps) {
  return (
    <label class="wide">
      {label}
      <input
        type="search"
        value={text}
        placeholder={placeholder}
        onInput={(event) => change(event.currentTarget.value)}
      />
    </label>
  );
}
