/** What the API refused or could not do, where it was asked. */
import type { ApiError } from "../api/client.ts";

export function Failed({ error }: { readonly error: ApiError }) {
  const unreachable = error.name === "Unreachable";
  return (
    <p class="failure" role="alert">
      <strong>{unreachable ? "Baton does not answer" : error.name}</strong>{" "}
      {unreachable ? "What you see is the state it was last seen in. The page goes on trying." : error.message}
    </p>
  );
}
