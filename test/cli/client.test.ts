/** Servers that are reached and do not answer: each call ends with a sentence, and within its time. */
import { createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { connect } from "../../lib/cli/client.ts";
import { baton } from "./baton.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Listens, and does with each request as told. */
async function serving(react: (socket: Socket, request: string) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (text) => react(socket, String(text)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("it listens nowhere");
  return `http://127.0.0.1:${address.port}`;
}

const halfAnAnswer = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"half":';
const answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";

const silent = (): void => undefined;
const hangUp = (socket: Socket): void => void socket.destroy();
const stall = (socket: Socket): void => void socket.write(halfAnAnswer);
const breakOff = (socket: Socket): void => void socket.end(halfAnAnswer);

const long = 60_000;
const see = "; see whether the server there still runs, and start it again with: baton dev.";
const perhaps = " It may have been carried out: look before you repeat it.";

test.each([
  // the server                  operation      limit  what is said
  ["says nothing", silent, "ListExecutions", 50, `URL has not answered ListExecutions within 0.05 s${see}`],
  ["says nothing", silent, "StopExecution", 50, `URL has not answered StopExecution within 0.05 s${see}${perhaps}`],
  ["stops in its answer", stall, "ListExecutions", 50, `URL has not answered ListExecutions within 0.05 s${see}`],
  ["hangs up", hangUp, "StartExecution", long, /^the connection to URL broke off before StartExecution .*repeat it\.$/],
  [
    "breaks off",
    breakOff,
    "ListExecutions",
    long,
    /^asked 3 times: the connection to URL broke off before ListExecutions .*baton dev\.$/,
  ],
] as const)("a server that %s", async (_, react, operation, limit, says) => {
  const url = await serving(react);
  const said = await connect(url, undefined, limit)
    .call(operation, {})
    .then(
      () => "an answer",
      (error: Error) => error.message.replace(url, "URL"),
    );
  if (typeof says === "string") expect(said).toBe(says);
  else expect(said).toMatch(says);
});

test("what is answered when somebody else has done something is not cut off", async () => {
  let asked = (_: Socket): void => undefined;
  const asking = new Promise<Socket>((resolve) => {
    asked = resolve;
  });
  const url = await serving((socket, request) => {
    if (request.includes(".GetActivityTask")) asked(socket);
  });
  const client = connect(url, undefined, 50);
  const late = client.call("GetActivityTask", {});
  const socket = await asking;
  // When its time is over, so would be that of the other.
  await expect(client.call("DescribeActivity", {})).rejects.toThrow("within 0.05 s");
  socket.write(answer);
  expect(await late).toEqual({});
});

test("a command whose server is lost ends with the sentence and exit code 1", async () => {
  const url = await serving(hangUp);
  const { code, out, err } = await baton("list", "--url", url);
  expect(err).toMatch(
    new RegExp(`^asked 3 times: the connection to ${url} broke off before ListStateMachines was answered .*\n$`),
  );
  expect([code, out]).toEqual([1, ""]);
});
