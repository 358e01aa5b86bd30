/** The API from a page of its own: operations by their names on the wire, and REST where only that knows. */
import { changeSession, currentSession, type Role } from "./session.ts";
import { type Key, signed } from "./sign.ts";

export class ApiError extends Error {
  /** `ExecutionDoesNotExist`, or `Unreachable` where nobody answered. */
  override readonly name: string;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** Whatever was thrown, as the page shows it. */
export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError("Failed", String(error));
}

/** The page is at `console/` beneath the API's root. */
const root = new URL("..", new URL(location.pathname, location.origin));

export async function call<T>(operation: string, input: object = {}): Promise<T> {
  const body = JSON.stringify(input);
  const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AWSStepFunctions.${operation}` };
  return await ask("POST", root, headers, body);
}

/** `path` without a slash in front, its names encoded. */
export async function rest<T>(method: string, path: string, body?: object): Promise<T> {
  const headers = body ? { "content-type": "application/json" } : {};
  return await ask(method, new URL(path, root), headers, body ? JSON.stringify(body) : "");
}

async function ask<T>(...request: Parameters<typeof send>): Promise<T> {
  const { key } = currentSession();
  return await read(await send(...request), key);
}

export async function send(
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal?: AbortSignal,
): Promise<Response> {
  const { key } = currentSession();
  const sent = key ? await signed({ method, url, headers, body }, key, new Date()) : headers;
  const init = { method, headers: sent, ...(body !== "" && { body }), ...(signal && { signal }) };
  return await answered(fetch(url, { ...init, cache: "no-store", credentials: "omit" }));
}

/** How the browser puts it that there is no answer, or half of one, helps nobody. */
async function answered<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch {
    throw new ApiError("Unreachable", "Baton does not answer.");
  }
}

export function eventsUrl(): URL {
  return new URL("events", root);
}

const refusals = /MissingAuthenticationToken|UnrecognizedClient|InvalidSignature|IncompleteSignature|ExpiredToken/;

/** `key`: the request was signed with it. What is refused after another one has been given is no news. */
async function read<T>(response: Response, key: Key | undefined): Promise<T> {
  const text = await answered(response.text());
  if (response.ok) return (text === "" ? {} : JSON.parse(text)) as T; // what the operation is known to answer
  const { __type = "", title = "", message, detail } = fields(text);
  const name = String(title || String(__type).split("#").pop() || response.status);
  const error = new ApiError(name, String(message ?? detail ?? response.statusText));
  if (refusals.test(name) && currentSession().key === key) changeSession({ refused: error.message });
  throw error;
}

function fields(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

const pauseMilliseconds = 4_000;

/**
 * What the caller may do, asked until somebody says so: without it no button acts. An API that does not tell takes
 * everything. Answers how to ask no more.
 */
export function askRole(): () => void {
  let gone = false;
  const ask = async (): Promise<void> => {
    const role = await ownRole();
    if (gone) return;
    if (role !== undefined) changeSession({ role });
    // Who is refused gives another key, and that is asked about anew.
    else if (currentSession().refused === undefined) setTimeout(() => void ask(), pauseMilliseconds);
  };
  void ask();
  return () => {
    gone = true;
  };
}

/** Undefined: there was no answer. */
async function ownRole(): Promise<Role | undefined> {
  try {
    const { role } = await rest<{ role?: Role }>("GET", "caller");
    return role ?? "admin";
  } catch (error) {
    return error instanceof ApiError && error.name === "UnknownOperationException" ? "admin" : undefined;
  }
}
