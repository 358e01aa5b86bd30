/** The wire API as the commands use it: JSON in, JSON out, signed if there is a key, the service's errors as sentences. */
import { type Asked, requestOf, wireCall } from "../api/signed-call.ts";
import { askAgain, Unanswered } from "./ask-again.ts";
import { callerAt, isThisMachine, usualRegion } from "./client-settings.ts";
import { Failure } from "./failure.ts";

/** What the commands read of an answer; the API's own shapes are checked where they are made. */
// biome-ignore lint/suspicious/noExplicitAny: an answer is foreign JSON, read field by field
export type Reply = any;

export interface Client {
  readonly url: string;
  /** Each Region is a world of its own: what is asked for is looked for in this one. */
  readonly region: string;
  /** The same caller in another Region. */
  inRegion(region: string): Client;
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

/** As long as the AWS CLI waits. */
const usualPatience = 60_000;

/** They answer when somebody else has done something: for them Node's own patience has to do. */
const answeredLate: ReadonlySet<string> = new Set(["GetActivityTask", "StartSyncExecution", "TestState"]);

/**
 * Requests are signed where there is a key to sign with: by default, that of the environment. Whoever answers none
 * within `patience` milliseconds is taken for gone.
 */
export function connect(url: string, identity = callerAt(url, process.env), patience = usualPatience): Client {
  let isKnown = false;
  const askFor = async (what: string, asked: Asked): Promise<Reply> => {
    const limit = answeredLate.has(what) ? undefined : patience;
    const question = { url, what };
    const ask = async (): Promise<Reply> => {
      const answer = await answerTo(question, requestOf(asked, identity, Date.now()), limit);
      isKnown = true;
      return replyOf(question, answer);
    };
    if (!reading.test(what) || answeredLate.has(what)) return await ask();
    return await askAgain(ask, { isHere: isThisMachine(url), isKnown: () => isKnown });
  };
  return {
    url,
    region: identity?.region ?? usualRegion,
    inRegion: (region) => connect(url, identity && { ...identity, region }, patience),
    call: (operation, input) => askFor(operation, wireCall(url, operation, input)),
    get: (path) => askFor(`GET ${path}`, { method: "GET", url: new URL(path, url) }),
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

interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly body: string;
}

interface Question {
  readonly url: string;
  /** As the user may know it. */
  readonly what: string;
}

/** The whole answer, or a sentence about why there is none. */
async function answerTo(question: Question, request: Request, limit: number | undefined): Promise<Answer> {
  const abort = new AbortController();
  // Not `AbortSignal.timeout`, which holds no process: one whose connection is lost without a word would just end.
  const timer = limit === undefined ? undefined : setTimeout(() => abort.abort(), limit);
  try {
    const response = await fetch(request, { signal: abort.signal });
    return { ok: response.ok, status: response.status, body: await response.text() };
  } catch (error) {
    throw noAnswer(question, error, abort.signal.aborted ? limit : undefined);
  } finally {
    clearTimeout(timer);
  }
}

/** Nothing of the request has reached anybody. */
const unreached: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);
const reading = /^(Describe|Get|List|GET )/;

function noAnswer({ url, what }: Question, error: unknown, limit: number | undefined): Unanswered {
  const reason = reasonOf(error);
  if (limit === undefined && unreached.has(reason))
    return new Unanswered("nobody", `nothing answers at ${url} (${reason})`, "; start it with: baton dev");
  const advice = `; see whether the server there still runs, and start it again with: baton dev.${perhapsDone(what)}`;
  return limit === undefined
    ? new Unanswered("broken", `the connection to ${url} broke off before ${what} was answered (${reason})`, advice)
    : new Unanswered("late", `${url} has not answered ${what} within ${limit / 1_000} s`, advice);
}

function perhapsDone(what: string): string {
  return reading.test(what) ? "" : " It may have been carried out: look before you repeat it.";
}

/** Deployed, something stands before Baton that answers for it where it is too slow, or too much asked. */
function isBusy(status: number): boolean {
  return status === 429 || status >= 500;
}

function replyOf({ url, what }: Question, { ok, status, body: text }: Answer): Reply {
  const body = readJson(text);
  const type = body?.__type ?? body?.type;
  if (type === undefined && isBusy(status)) {
    const says = [status, body?.message ?? body?.Message].filter(Boolean).join(", ");
    const happened = `Baton has not answered ${what}: ${url} says that it cannot now (status ${says})`;
    throw new Unanswered("busy", happened, `; try again in a moment.${perhapsDone(what)}`);
  }
  if (typeof body !== "object" || body === null || (!ok && type === undefined)) {
    throw new Failure(`what answers at ${url} is not Baton (status ${status}); give Baton's address with --endpoint`);
  }
  if (ok) return body;
  // `namespace#Name` on the wire; REST's problems have the name as their title.
  const name = body.title ?? String(type).slice(String(type).indexOf("#") + 1);
  throw refusal(name, String(body.message ?? body.Message ?? body.detail ?? ""));
}

function readJson(text: string): Reply {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not Baton's
  }
}

const ownKey =
  "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to a key of its own (baton env --stack NAME prints them, baton keys create makes one)";

/** What helps whom this Baton does not know: who signs nothing, or with the key of another, of AWS for instance. */
const advice: Readonly<Record<string, string>> = {
  MissingAuthenticationTokenException: `: this Baton takes signed requests only; ${ownKey}`,
  UnrecognizedClientException: ` This Baton has no such key; ${ownKey}`,
};

function refusal(name: string, message: string): Failure {
  return new ApiFailure(name, `${message}${Object.hasOwn(advice, name) ? advice[name] : ""}`);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, message } = (error.cause ?? {}) as { readonly code?: string; readonly message?: string };
  return code ?? message ?? error.message;
}

const patienceMilliseconds = 2_000;

/** Whether something that speaks Baton's API listens there. */
export async function isUp(url: string): Promise<boolean> {
  return fetch(new URL("/health", url), { signal: AbortSignal.timeout(patienceMilliseconds) }).then(
    (response) => response.ok,
    () => false,
  );
}
