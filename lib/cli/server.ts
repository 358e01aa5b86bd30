/** Opening the embedded server for a command, with the failures that users meet put in words, and being told to stop. */
import { otlpSettings } from "../adapters/otlp/settings.ts";
import type { LocalBaton, LocalOptions } from "../local/baton.ts";
import { keepHeapSmall } from "../local/heap.ts";
import { Failure } from "./failure.ts";
import { paint } from "./paint.ts";

export interface ServerOptions {
  readonly port: number;
  readonly data: string;
  readonly functionFolders: readonly string[];
  readonly functionUrls?: Readonly<Record<string, string>>;
  readonly objects?: string;
  readonly connections?: string;
  readonly httpToLoopback?: boolean;
  readonly limits?: NonNullable<LocalOptions["limits"]>;
  readonly corsOrigins?: readonly string[];
  readonly requireKeys?: boolean;
  readonly mockConfig?: string;
  readonly telemetry?: boolean;
  /** Where traces go, before what the environment says. */
  readonly otlp?: string;
  readonly engine?: NonNullable<LocalOptions["engine"]>;
  /** Print what the functions print. */
  readonly showLines?: boolean;
}

export async function openServer({ data, showLines, otlp, ...options }: ServerOptions): Promise<LocalBaton> {
  const { startLocal } = await import("../local/baton.ts"); // the store and the server, which other commands do without
  keepHeapSmall();
  const onLine: LocalOptions["onLine"] = ({ functionName, line }) =>
    console.error(paint("dim", `    [${functionName}] ${line}`));
  try {
    const traces = otlpSettings(process.env, otlp);
    const shown = showLines ? { onLine } : { onLine: () => undefined };
    return await startLocal({ ...options, folder: data, ...(traces && { traces }), ...shown });
  } catch (error) {
    throw inWords(error, options.port);
  }
}

/** A plain Error is a sentence for the user or the system's own; anything else is a bug, whose stack is what helps. */
function inWords(error: unknown, port: number): unknown {
  if (!(error instanceof Error) || error.constructor !== Error) return error;
  if ("code" in error && error.code === "EADDRINUSE") {
    return new Failure(
      `port ${port} is taken; is Baton running already? Choose another with --port, or a free one with --port 0`,
    );
  }
  return new Failure(error.message);
}

/** Resolves when the process is asked to end. Whoever asks a second time is not asked to be patient. */
export function stopRequest(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGTERM", () => resolve());
    process.once("SIGINT", () => resolve());
  });
}
