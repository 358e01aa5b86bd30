/** The command as a user types it, without a process for each: what it prints, and the exit code it would have. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { main } from "../../lib/cli/main.ts";

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** One at a time: what is captured is this process's own output. */
export async function baton(...parameters: readonly string[]): Promise<Said> {
  const said = { out: "", err: "" };
  const into = (stream: "out" | "err", end: string) => (text: unknown) => {
    said[stream] += `${String(text)}${end}`;
    return true;
  };
  const spies = [
    vi.spyOn(console, "log").mockImplementation(into("out", "\n")),
    vi.spyOn(console, "error").mockImplementation(into("err", "\n")),
    vi.spyOn(process.stdout, "write").mockImplementation(into("out", "")),
    vi.spyOn(process.stderr, "write").mockImplementation(into("err", "")),
  ];
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await main([process.execPath, "baton", ...parameters]);
    return { code: Number(process.exitCode), ...said };
  } finally {
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
  }
}

/** A folder of files, by name; objects are written as JSON. */
export function folderOf(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), "baton-cli-"));
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content, undefined, 2));
  return folder;
}
