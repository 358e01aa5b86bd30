/** A function behind HTTP, in a worker thread: answers what it was sent. */
import { createServer } from "node:http";
import { parentPort } from "node:worker_threads";

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  response.setHeader("content-type", "application/json");
  response.end(Buffer.concat(chunks));
});
server.listen(0, "127.0.0.1", () => parentPort.postMessage(`http://127.0.0.1:${server.address().port}/`));
