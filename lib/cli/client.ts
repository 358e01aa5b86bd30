/** The wire API as the commands use it: JSON in, JSON out, signed if there is a key, the service's errors as sentences. */
import { type Asked, type Identity, requestOf, wireCall } from "../api/signed-call.ts";
import { identityFrom } from "./client-settings.ts";
import { Failure } from "./failure.ts";

/** What the commands read of an answer; the API's own shapes are checked where they are made. */
// biome-ignore lint/suspicious/noExplicitAny: an answer is foreign JSON, read field by field
export type Reply = any;

export interface Client {
  readonly url: string;
  /** Rejects with an `ApiFailure` for what the service refuses. */
  call(operation: string, input: object): Promise<Reply>;
  /** A path of the REST face, which knows a few things more. */
  get(path: string): Promise<Reply>;
  /** The lines of the server's stream of changes, until it ends; undefined: it has none. */
  events(signal: AbortSignal): Promise<AsyncIterable<string> | undefined>;
}

export class ApiFailure extends Failure {
  override readonly name: string;

  constructor(name: string, message: string) {
    super(`${name}: ${message}`);
    this.name = name;
  }
}

/** Requests are signed where there is a key to sign with: by default, that of the environment. */
export function connect(url: string, identity = identityFrom(process.env)): Client {
  return {
    url,
    call: (operation, input) => ask(url, wireCall(url, operation, input), identity),
    get: (path) => ask(url, { method: "GET", url: new URL(path, url) }, identity),
    events: async (signal) => {
      const asked: Asked = { method: "GET", url: new URL("/events", url) };
      const response = await fetch(requestOf(asked, identity, Date.now()), { signal });
      const isStream = response.headers.get("content-type") === "text/event-stream";
      if (response.ok && isStream && response.body) return linesOf(response.body);
      await response.body?.cancel();
      return undefined;
    },
  };
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

async function ask(url: string, asked: Asked, identity: Identity | undefined): Promise<Reply> {
  const response = await fetch(requestOf(asked, identity, Date.now())).catch((error: Error) => {
    throw new Failure(`nothing answers at ${url} (${reasonOf(error)}); start it with: baton dev`);
  });
  const body: Reply = await response.json().catch(() => undefined);
  const type = body?.__type ?? body?.type;
  if (typeof body !== "object" || body === null || (!response.ok && type === undefined)) {
    throw new Failure(
      `what answers at ${url} is not Baton (status ${response.status}); give Baton's address with --endpoint`,
    );
  }
  if (response.ok) return body;
  // `namespace#Name` on the wire; REST's problems have the name as their title.
  const name = body.title ?? String(type).slice(String(type).indexOf("#") + 1);
  throw refusal(name, String(body.message ?? body.Message ?? body.detail ?? ""));
}

function refusal(name: string, message: string): Failure {
  if (name !== "MissingAuthenticationTokenException") return new ApiFailure(name, message);
  return new ApiFailure(
    name,
    `${message}: this Baton takes signed requests only; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to a key of its own (baton env --stack NAME prints them, baton keys create makes one)`,
  );
}

function reasonOf(error: Error): string {
  const cause = error.cause as { code?: string } | undefined;
  return cause?.code ?? error.message;
}

const patienceMilliseconds = 2_000;

/** Whether something that speaks Baton's API listens there. */
export async function isUp(url: string): Promise<boolean> {
  return fetch(new URL("/health", url), { signal: AbortSignal.timeout(patienceMilliseconds) }).then(
    (response) => response.ok,
    () => false,
  );
}
