/** Over a form that shows what somebody had written before, and the way back to an empty one. */
interface BegunProps {
  readonly startOver: () => void;
}

export function Begun({ startOver }: BegunProps) {
  return (
    <p role="status">
      This is what you had begun.{" "}
      <button type="button" class="plain" onClick={startOver}>
        Start over
      </button>
    </p>
  );
}
