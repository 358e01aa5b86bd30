/** Asks for the key that the API wants requests signed with. Nothing is sent: the key signs in this tab. */
import { useState } from "preact/hooks";
import { signIn, signOut, useSession } from "../api/session.ts";
import { forgetDrafts } from "../parts/draft.ts";
import { useTitle } from "../parts/title.ts";
import { go, link } from "../route.ts";

/** `….execute-api.eu-west-1.amazonaws.com` says where it is. */
function likelyRegion(): string {
  return /\.([a-z]{2}(?:-[a-z]+)+-\d)\./.exec(location.hostname)?.[1] ?? "us-east-1";
}

function forget(): void {
  signOut();
  forgetDrafts();
}

export function KeyPage() {
  useTitle("Access key");
  const session = useSession();
  const [accessKeyId, setId] = useState(session.key?.accessKeyId ?? "");
  const [secretAccessKey, setSecret] = useState("");
  const [region, setRegion] = useState(session.key?.region ?? likelyRegion());
  const submit = (event: Event): void => {
    event.preventDefault();
    signIn({ accessKeyId: accessKeyId.trim(), secretAccessKey: secretAccessKey.trim(), region: region.trim() });
    if (location.hash.startsWith(link(["key"]))) go(link([]));
  };
  return (
    <section class="page narrow">
      <h1>Access key</h1>
      <p>
        This API answers requests that are signed with one of its keys. The key stays in this tab, is sent nowhere, and
        is forgotten when the tab closes. What it may do, the page offers.
      </p>
      {session.refused !== undefined && (
        <p class="failure" role="alert">
          {session.refused}
        </p>
      )}
      <form class="fields" onSubmit={submit}>
        <label>
          Access key id
          <input
            value={accessKeyId}
            required
            autocomplete="off"
            onInput={(event) => setId(event.currentTarget.value)}
          />
        </label>
        <label>
          Secret access key
          <input
            type="password"
            value={secretAccessKey}
            required
            autocomplete="off"
            onInput={(event) => setSecret(event.currentTarget.value)}
          />
        </label>
        <label>
          Region
          <input value={region} required onInput={(event) => setRegion(event.currentTarget.value)} />
        </label>
        <p class="buttons">
          {session.key && (
            <button type="button" onClick={forget}>
              Forget the key
            </button>
          )}
          <button type="submit" class="primary">
            Use this key
          </button>
        </p>
      </form>
    </section>
  );
}
