/** The two faces of the API have one shape: answer a request whose caller is known, and word a refusal. */
import type { HttpAnswer, SentHeaders } from "./http.ts";
import type { Call } from "./operation.ts";
import type { Refusal } from "./refusal.ts";

/** A request whose body was read and whose path begins at ours. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: SentHeaders;
  readonly body: Uint8Array;
  readonly requestId: string;
}

export interface Face {
  answer(call: Call, request: Received): Promise<HttpAnswer>;
  refuse(refusal: Refusal, request: Pick<Received, "requestId">): HttpAnswer;
}
