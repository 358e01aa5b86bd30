/** A server that speaks Lambda's Invoke API: what it answers is up to each test, what it was asked is kept. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  /** Tells the connections apart. */
  readonly port: number | undefined;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface LambdaServer {
  readonly url: string;
  readonly asked: Asked[];
  /** What to answer from now on; `hang`: nothing; `break`: the connection is cut. */
  answer: ((asked: Asked) => Answer) | "hang" | "break";
  close(): Promise<void>;
}

export async function startLambdaServer(): Promise<LambdaServer> {
  const asked: Asked[] = [];
  const http = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = "", url = "", headers } = request;
    const { remotePort: port } = request.socket;
    const question = { method, url, headers, body: Buffer.concat(chunks).toString("utf8"), port };
    asked.push(question);
    if (server.answer === "break") request.socket.destroy();
    else if (server.answer !== "hang") reply(response, server.answer(question));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  const server: LambdaServer = {
    url: `http://127.0.0.1:${port}`,
    asked,
    answer: () => ({}),
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  return server;
}

function reply(response: ServerResponse, { status = 200, headers = {}, body = "null" }: Answer): void {
  response.writeHead(status, {
    "Content-Type": "application/json",
    "X-Amz-Executed-Version": "$LATEST",
    "x-amzn-RequestId": "8a1b33a4-0000-4000-8000-000000000000",
    "x-amzn-Remapped-Content-Length": "0",
    "X-Amzn-Trace-Id": "Root=1-5e0b1a2c-0",
    "Content-Length": String(Buffer.byteLength(body)),
    ...headers,
  });
  response.end(body);
}
