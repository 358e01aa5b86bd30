/** What `npm start` shows: four orders to their ends, and then what it names can be looked at. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Dev, startServing } from "./embedded/dev.ts";

const folder = mkdtempSync(join(tmpdir(), "baton-demo-"));
let demo: Dev;
beforeAll(async () => {
  // As in the shell of somebody who works on AWS too.
  vi.stubEnv("AWS_ACCESS_KEY_ID", "ASIAOFAWS");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret of AWS");
  demo = await startServing(["demo", "--port", "0", "--data", folder]);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  expect(await demo.stop()).toBe(0);
  rmSync(folder, { recursive: true, force: true });
});

test("four orders come to their ends", () => {
  const ends = [...demo.said().matchAll(/^[✔✖] ([A-Z]+) in [^ ]+ m?s {2}(\S+)/gm)].map(([, status, first]) => [
    status,
    first?.replace(/[:,].*/, ""),
  ]);
  expect(ends).toEqual([
    ["SUCCEEDED", '{"status"'],
    ["FAILED", "CardDeclined"],
    ["FAILED", "OutOfStock"],
    ["SUCCEEDED", '{"status"'],
  ]);
  expect(demo.said()).toContain("↻ ShipOrder");
});

test("the lines for other clients hold nobody's key", () => {
  expect(demo.said()).toContain("export AWS_SECRET_ACCESS_KEY=local\n");
  expect(demo.said()).not.toMatch(/ASIAOFAWS|secret of AWS/);
});

test("its addresses answer: the console's page, and the API", async () => {
  const console = /^ {2}(http:\S+\/console\/)$/m.exec(demo.said())?.[1] ?? "";
  const page = await fetch(console);
  expect([page.status, page.headers.get("content-type")]).toEqual([200, expect.stringMatching(/^text\/html/)]);
  const [, api = ""] = /^ {2}curl (http:\S+)$/m.exec(demo.said()) ?? [];
  const machines = await (await fetch(api)).text();
  for (const name of ["order-processing", "user-onboarding", "data-pipeline"]) expect(machines).toContain(`"${name}"`);
});
