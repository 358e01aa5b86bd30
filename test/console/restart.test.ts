/** Baton goes away beneath open pages and comes back, as when `baton dev` is started anew. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "../../lib/cli/client.ts";
import { type LocalBaton, startLocal } from "../../lib/local/baton.ts";
import { missingChromium, openBrowser, openConsole } from "./browser.ts";
import { deploy } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

const pass = { StartAt: "Pass", States: { Pass: { Type: "Pass", End: true } } };

/** What a page looks at from time to time in doubt would hide that it is told of nothing. */
const withoutDoubt = `
  const every = window.setInterval;
  window.setInterval = (act, milliseconds) => (milliseconds === 15000 ? 0 : every(act, milliseconds));`;

describe.skipIf(missingChromium)(`a restart beneath the console${reason}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "baton-restart-"));
  let baton: LocalBaton;
  let browser: Browser;

  beforeAll(async () => {
    baton = await startLocal({ folder, port: 0 });
    await deploy({ client: connect(baton.url) }, "passes", pass);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await baton?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function opened(hash: string): Promise<Page> {
    const { page, go } = await openConsole(browser, baton.url);
    await page.addInitScript(withoutDoubt);
    await page.reload();
    await go(hash);
    return page;
  }

  test("pages say so, keep what is typed, and go on by themselves", async () => {
    const list = await opened("#/executions");
    await list.getByText("Nothing has run yet.").waitFor();
    const start = await opened("#/machines/passes");
    await start.getByRole("button", { name: "Start…" }).click();
    await start.getByLabel("Name (optional)").fill("after-all");
    const create = await opened("#/create-machine");
    await create.getByText("No problems.").waitFor();

    const port = Number(new URL(baton.url).port);
    await baton.close();
    const silent = list.getByRole("alert").filter({ hasText: "Baton does not answer" });
    await silent.waitFor();
    await start.getByRole("button", { name: "Start", exact: true }).click();
    await start.getByRole("dialog").getByRole("alert").filter({ hasText: "Baton does not answer." }).waitFor();
    await create.getByLabel("Type").selectOption("EXPRESS");
    await create.getByText("Not checked: Baton does not answer.").waitFor();

    baton = await startLocal({ folder, port });
    await silent.waitFor({ state: "detached" });
    await create.getByText("No problems.").waitFor();
    await start.getByRole("button", { name: "Start", exact: true }).click();
    await start.getByRole("heading", { level: 1, name: "after-all" }).waitFor();
    for (const page of [list, start, create]) await page.context().close();
    expect(baton.url).toContain(String(port));
  });
});
