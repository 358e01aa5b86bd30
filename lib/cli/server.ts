/** Opening the embedded server for a command, with the failures that users meet put in words, and being told to stop. */
import { statfsSync } from "node:fs";
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
    const onBroken = (error: unknown): never => endBroken(data, error);
    return await startLocal({ ...options, folder: data, onBroken, ...(traces && { traces }), ...shown });
  } catch (error) {
    throw inWords(error, options.port);
  }
}

/** Nothing can be taken back to the disk, so there is nothing to close. */
function endBroken(data: string, error: unknown): never {
  const { bavail, bsize } = statfsSync(data);
  const isFull = bavail * bsize < fullBelowBytes;
  const reason = isFull ? "the disk is full" : error instanceof Error ? error.message : String(error);
  console.error(
    `the store in '${data}' can no longer be written: ${reason}. Nothing that was acknowledged is lost: ` +
      `${isFull ? "make room" : "see to the disk"} and start Baton again, it takes up what was open`,
  );
  process.exit(1);
}

/** What the store writes at a time may be more than what is left. */
const fullBelowBytes = 16 * 1024 * 1024;

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
