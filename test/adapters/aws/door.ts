/** A function that answers HTTP, behind a port of this machine: requests reach it as API Gateway's events. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type ApiHandler, eventOf } from "./functions.ts";

export interface Door {
  readonly endpoint: string;
  close(): void;
}

export async function openDoor(handler: ApiHandler): Promise<Door> {
  const server = createServer((incoming, outgoing) => {
    void answerTo(handler, incoming).then(({ statusCode = 500, headers = {}, body = "" }) => {
      const named = Object.entries(headers).map(([name, value]) => [name, String(value)]);
      outgoing.writeHead(statusCode, Object.fromEntries(named)).end(body);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a server that listens on a port has such an address
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answerTo(handler: ApiHandler, incoming: IncomingMessage): ReturnType<ApiHandler> {
  const { method = "GET", url = "/", headers } = incoming;
  const sent = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  const address = new URL(url, `http://${headers.host}`);
  return await handler(eventOf(method, address, Object.fromEntries(sent), await text(incoming)));
}
