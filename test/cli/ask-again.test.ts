/** Calls that only read are made again: what passes is passed over, what lasts is told, and a server of this machine that is gone is told at once. */

import { rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { askAgain, type Silence, Unanswered } from "../../lib/cli/ask-again.ts";
import { ApiFailure } from "../../lib/cli/client.ts";
import type { Failure } from "../../lib/cli/failure.ts";
import { startLocal } from "../../lib/local/baton.ts";
import { baton, folderOf } from "./baton.ts";

const waited: number[] = [];
vi.mock("node:timers/promises", async (original) => ({
  ...(await original<object>()),
  setTimeout: async (milliseconds: number): Promise<void> => {
    waited.push(milliseconds);
    await new Promise((resolve) => setTimeout(resolve, 1));
  },
}));
beforeEach(() => {
  waited.length = 0;
});
afterEach(() => {
  vi.restoreAllMocks();
});

const yes = (): boolean => true;
const no = (): boolean => false;
const silent = (silence: Silence): Failure => new Unanswered(silence, silence, "; go and look");
const throttled = new ApiFailure("ThrottlingException", "Rate exceeded");
const denied = new ApiFailure("AccessDeniedException", "no");

describe.each([
  // fails so often, with         here                                elsewhere                            elsewhere, unknown
  [1, silent("busy"), "answered", "answered", "answered"],
  [2, silent("broken"), "answered", "answered", "answered"],
  [3, silent("busy"), "asked 3 times: busy; go and look", "answered", "answered"],
  [
    6,
    silent("busy"),
    "asked 3 times: busy; go and look",
    "asked 6 times: busy; go and look",
    "asked 6 times: busy; go and look",
  ],
  [1, silent("nobody"), "nobody; go and look", "answered", "nobody; go and look"],
  [1, silent("late"), "late; go and look", "answered", "answered"],
  [2, throttled, "answered", "answered", "answered"],
  [
    6,
    throttled,
    "ThrottlingException: Rate exceeded",
    "ThrottlingException: Rate exceeded",
    "ThrottlingException: Rate exceeded",
  ],
  [1, denied, "AccessDeniedException: no", "AccessDeniedException: no", "AccessDeniedException: no"],
  [1, new TypeError("a bug"), "a bug", "a bug", "a bug"],
] as const)("%i times %s", (times, error, ...expected) => {
  test.each([
    ["here", { isHere: true, isKnown: yes }, expected[0]],
    ["elsewhere", { isHere: false, isKnown: yes }, expected[1]],
    ["elsewhere, where nobody has answered yet", { isHere: false, isKnown: no }, expected[2]],
  ] as const)("%s", async (_, asking, says) => {
    let left: number = times;
    const ask = async (): Promise<string> => {
      if (left-- > 0) throw error;
      return "answered";
    };
    vi.spyOn(console, "error").mockReturnValue();
    expect(await askAgain(ask, asking).catch((failure: Error) => failure.message)).toBe(says);
  });
});

test("the pauses grow, and what lasts is told once", async () => {
  const said = vi.spyOn(console, "error").mockReturnValue();
  vi.spyOn(Math, "random").mockReturnValue(1);
  const ask = () => Promise.reject(silent("busy"));
  await expect(askAgain(ask, { isHere: false, isKnown: () => true })).rejects.toThrow("asked 6 times");
  expect(waited).toEqual([250, 500, 1_000, 2_000, 4_000]);
  expect(said.mock.calls).toEqual([["busy; it is asked again"]]);
});

test("a long --follow goes on behind a door that is shut now and then, and starts nothing twice", async () => {
  const folder = folderOf({
    "long.asl.json": { StartAt: "W", States: { W: { Type: "Wait", Seconds: 1, End: true } } },
  });
  const server = await startLocal({ port: 0, folder: join(folder, "data") });
  const asked: string[] = [];
  const door = createServer((incoming, answer) => {
    const what = String(incoming.headers["x-amz-target"] ?? incoming.url).replace(/^.*\./, "");
    asked.push(what);
    const count = asked.filter((each) => each === "DescribeExecution").length;
    const turn = what === "DescribeExecution" && count % 2 === 1 ? 1 + (((count - 1) / 2) % 3) : 0;
    if (turn === 1)
      answer.writeHead(429, { "content-type": "application/json" }).end('{"message":"Too Many Requests"}');
    else if (turn === 2) answer.writeHead(503).end();
    else if (turn === 3) incoming.socket.destroy();
    else
      incoming.pipe(
        request(
          new URL(incoming.url ?? "/", server.url),
          { method: incoming.method, headers: incoming.headers },
          (from) => {
            answer.writeHead(from.statusCode ?? 500, from.headers);
            from.pipe(answer);
          },
        ),
      );
  });
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  const address = door.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  try {
    await baton("deploy", join(folder, "long.asl.json"), "--url", server.url);
    const { code, out, err } = await baton("start", "long", "--follow", "--url", url);
    expect(err).toBe("");
    expect(out).toContain("✔ SUCCEEDED");
    expect(code).toBe(0);
    expect(asked.filter((what) => what === "StartExecution")).toHaveLength(1);
  } finally {
    door.closeAllConnections();
    door.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
