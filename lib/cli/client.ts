/** The wire API as the commands use it: JSON in, JSON out, the service's errors as sentences. */
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
}

export class ApiFailure extends Failure {
  override readonly name: string;

  constructor(name: string, message: string) {
    super(`${name}: ${message}`);
    this.name = name;
  }
}

export function connect(url: string): Client {
  return {
    url,
    call: (operation, input) =>
      ask(url, url, {
        method: "POST",
        headers: {
          "content-type": "application/x-amz-json-1.0",
          "x-amz-target": `AWSStepFunctions.${operation}`,
        },
        body: JSON.stringify(input),
      }),
    get: (path) => ask(url, new URL(path, url), {}),
  };
}

async function ask(url: string, address: string | URL, request: RequestInit): Promise<Reply> {
  const response = await fetch(address, request).catch((error: Error) => {
    throw new Failure(`nothing answers at ${url} (${reasonOf(error)}); start it with: baton dev`);
  });
  const body: Reply = await response.json().catch(() => undefined);
  const type = body?.__type ?? body?.type;
  if (typeof body !== "object" || body === null || (!response.ok && type === undefined)) {
    throw new Failure(
      `what answers at ${url} is not Baton (status ${response.status}); give Baton's address with --url`,
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
    `${message}: a deployed Baton takes signed requests only, which this command does not make; use the AWS CLI with the stack's ExportCommand`,
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
