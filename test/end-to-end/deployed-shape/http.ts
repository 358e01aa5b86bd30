/** What all of the runner's HTTP servers need. */
import { once } from "node:events";
import type { IncomingMessage, Server } from "node:http";

/** On loopback, on a free port; answers the address. */
export async function listening(server: Server): Promise<string> {
  // Else an idle connection is closed after 5 s, perhaps in the moment in which a client uses it again.
  server.keepAliveTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a listening socket has a port");
  return `http://127.0.0.1:${address.port}`;
}

export function closed(server: Server): Promise<void> {
  const done = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  return done;
}

/** Undefined: more than `limit` bytes. What is too much is read and dropped, so that the answer is heard. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= limit) chunks.push(chunk);
  }
  return bytes <= limit ? Buffer.concat(chunks) : undefined;
}
