/** What the API refused or could not do, where it was asked. */
import type { ApiError } from "../api/client.ts";

interface FailedProps {
  readonly error: ApiError;
  /** It was asked for once, and is not tried again by itself. */
  readonly once?: boolean;
}

export function Failed({ error, once = false }: FailedProps) {
  const unreachable = error.name === "Unreachable";
  const next = once ? "Try it again." : "What you see is the state it was last seen in. The page goes on trying.";
  return (
    <p class="failure" role="alert">
      <strong>{unreachable ? "Baton does not answer" : error.name}</strong> {unreachable ? next : error.message}
    </p>
  );
}
