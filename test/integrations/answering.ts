/**
 * A server that answers as a service's API was documented to, for the services that no server of the tests speaks
 * for. It has the paths and the shapes, and no rules of its own: what it was asked is what a test looks at.
 */
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

export interface Question {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface AnsweringServer {
  readonly url: string;
  readonly asked: Question[];
  /** What to answer; the first that fits. */
  rules: (readonly [RegExp, (question: Question) => Reply])[];
  close(): Promise<void>;
}

/** Rules are for `POST /path?query` (or with the operation in X-Amz-Target behind it). With a certificate by TLS. */
export async function startAnswering(tls?: { readonly key: string; readonly cert: string }): Promise<AnsweringServer> {
  const asked: Question[] = [];
  const listener: RequestListener = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = "", url: path = "", headers } = request;
    const question = { method, path, headers, body: Buffer.concat(chunks).toString("utf8") };
    asked.push(question);
    const line = `${method} ${path} ${headers["x-amz-target"] ?? ""}`;
    const rule = server.rules.find(([form]) => form.test(line));
    const { status = 200, headers: more = {}, body } = rule?.[1](question) ?? { status: 404, body: { message: line } };
    response.writeHead(status, { "Content-Type": "application/json", ...more });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
  const http = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const server: AnsweringServer = {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${(http.address() as AddressInfo).port}`,
    asked,
    rules: [],
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  return server;
}
