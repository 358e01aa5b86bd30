/** An HTTP task's request and answer as TestState shows them at TRACE, with or without what its connection adds. */
import type { Exchange } from "../../engine/inspect-port.ts";
import type { HttpReply, HttpRequest } from "./exchange.ts";

export function inspected(request: HttpRequest, reply: HttpReply | undefined): Exchange {
  const protocol = request.url.protocol.replace(":", "");
  const shown = {
    protocol,
    method: request.method,
    url: request.url.href,
    headers: listed(Object.entries(request.headers)),
    ...(request.body !== undefined && { body: request.body }),
  };
  if (reply === undefined) return { request: shown };
  const headers = Object.entries(reply.headers).flatMap(([name, values]) => values.map((value) => [name, value]));
  return {
    request: shown,
    response: {
      protocol,
      statusCode: String(reply.statusCode),
      statusMessage: reply.statusText,
      headers: listed(headers),
      body: reply.body.toString("utf8"),
    },
  };
}

function listed(headers: readonly (readonly string[])[]): string {
  return `[${headers.map(([name, value]) => `${name}: ${value}`).join(", ")}]`;
}
