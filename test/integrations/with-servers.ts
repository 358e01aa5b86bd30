/** The real servers of a test file, with their addresses in this process's environment while it runs. */
import { afterAll, beforeAll } from "vitest";
import { startServers, type Wanted } from "../servers/servers.ts";

/** `lacking`: what else the tests need and is not there. `title` says why they are skipped, where they are. */
export async function withServers(
  name: string,
  wanted: Wanted,
  lacking?: string,
): Promise<{ started: boolean; title: string }> {
  // Where all tests of a file are skipped nobody would stop its servers again: no hook is called there.
  const servers = lacking === undefined ? await startServers(wanted) : ({ kind: "missing", reason: lacking } as const);
  if (servers.kind !== "started") return { started: false, title: `${name} (skipped: ${servers.reason})` };
  const { environment } = servers;
  const before = Object.fromEntries(Object.keys(environment).map((variable) => [variable, process.env[variable]]));
  beforeAll(() => void Object.assign(process.env, environment));
  afterAll(async () => {
    for (const [variable, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[variable];
      else process.env[variable] = value;
    }
    await servers.stop();
  });
  return { started: true, title: name };
}
