/** A real browser for the console's tests: Debian's Chromium, driven by playwright-core; what the page complains of is kept. */
import { existsSync } from "node:fs";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { vi } from "vitest";

/** Tests wait for what is to come and never for time to pass; a slow machine needs longer for a page. */
const patienceMilliseconds = 60_000;
vi.setConfig({ testTimeout: 2 * patienceMilliseconds });

const executablePath = "/usr/bin/chromium";

/** Undefined: it is there. */
export const missingChromium = existsSync(executablePath) ? undefined : `${executablePath} is not installed`;

const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"];

export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath, args });
}

export interface Opened {
  readonly page: Page;
  /** Errors of scripts and of the content security policy. */
  readonly complaints: string[];
  /** To an address of the console: `#/executions`. */
  go(hash: string): Promise<void>;
}

/** What axe-core finds wrong with the page as it stands. */
export async function violationsOn(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate("axe.run()")) as axe.AxeResults; // what axe-core answers
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
}

/** Waits until the page has a role to go by, and answers the words of everything on it that acts. */
export async function actsOn(page: Page): Promise<readonly string[]> {
  await page.getByRole("link", { name: /^key: / }).waitFor();
  const acts = /^(Stop|Redrive|Start|Start again|Save|Create|Approve|Refuse|Publish)\b/;
  const buttons = await page.getByRole("button").allTextContents();
  const links = await page.getByRole("link", { name: /^Create/ }).allTextContents();
  const choices = await page.locator("main input[type=checkbox]").count();
  return [...buttons.filter((words) => acts.test(words.trim())), ...links, ...Array<string>(choices).fill("choose")];
}

/** Through the page that asks for a key. */
export async function signIn(page: Page, id: string, secret: string): Promise<void> {
  await page.getByLabel("Access key id").fill(id);
  await page.getByLabel("Secret access key").fill(secret);
  await page.getByRole("button", { name: "Use this key" }).click();
}

export async function openConsole(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMilliseconds);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(`${url}/console/`);
  return { page, complaints, go: async (hash) => void (await page.goto(`${url}/console/${hash}`)) };
}
