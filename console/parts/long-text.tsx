/** A text of any length, of which the beginning says most: what follows would push away what stands beneath it. */
import { useState } from "preact/hooks";

/** Some ten lines on a telephone. */
const usuallyShown = 600;

export function LongText({ text }: { readonly text: string }) {
  const [whole, setWhole] = useState(false);
  if (whole || text.length <= usuallyShown) return <>{text}</>;
  return (
    <>
      {text.slice(0, usuallyShown)}…{" "}
      <button type="button" class="plain" onClick={() => setWhole(true)}>
        show all {Math.ceil(text.length / 1024)} kB
      </button>
    </>
  );
}
