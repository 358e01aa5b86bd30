/** A user without a name, as containers have them that run under a number of their own choice. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { baton } from "./baton.ts";

vi.mock("node:os", async (original) => ({
  ...(await original<typeof import("node:os")>()),
  userInfo: () => {
    throw new Error("uv_os_get_passwd returned ENOENT (no such file or directory)");
  },
}));

const task = { id: "t-1", executionArn: "arn:aws:states:us-east-1:000000000000:execution:m:e", state: "S", token: "k" };
const sent: object[] = [];
let server: Server;
let url = "";

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      if (request.method === "POST") sent.push(JSON.parse(body));
      response.end(JSON.stringify(request.method === "POST" ? {} : { tasks: [task] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

test("commands run that ask nobody's name", async () => {
  expect(await baton("--version")).toMatchObject({ code: 0, err: "" });
});

test("who answers is told by number", async () => {
  const { code } = await baton("inbox", "refuse", "t-1", "--url", url);
  expect(code).toBe(0);
  expect(sent).toEqual([{ taskToken: "k", error: "Refused", cause: `refused by user ${process.getuid?.()}` }]);
});
