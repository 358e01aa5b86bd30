/** Opening and closing the embedded server for a command, with the failures that users meet put in words. */
import type { LocalBaton, LocalOptions } from "../local/baton.ts";
import { Failure } from "./failure.ts";
import { paint } from "./paint.ts";

export interface ServerOptions {
  readonly port: number;
  readonly data: string;
  readonly functionFolders: readonly string[];
  readonly functionUrls?: Readonly<Record<string, string>>;
  /** Print what the functions print. */
  readonly showLines?: boolean;
}

export async function openServer({ data, showLines, ...options }: ServerOptions): Promise<LocalBaton> {
  const { startLocal } = await import("../local/baton.ts"); // the store and the server, which other commands do without
  const onLine: LocalOptions["onLine"] = ({ functionName, line }) =>
    console.error(paint("dim", `    [${functionName}] ${line}`));
  try {
    return await startLocal({ ...options, folder: data, ...(showLines ? { onLine } : { onLine: () => undefined }) });
  } catch (error) {
    if ((error as { code?: string }).code !== "EADDRINUSE") throw error;
    throw new Failure(
      `port ${options.port} is taken; is Baton running already? Choose another with --port, or a free one with --port 0`,
    );
  }
}

/** Resolves when the process was asked to end and everything is closed. */
export async function untilStopped(baton: LocalBaton): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
  await baton.close();
}
