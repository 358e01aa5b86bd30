/** Following what this command has set going: an execution runs on when nobody follows it, and whoever breaks off is told how to come back. */
import { Unanswered } from "./ask-again.ts";
import type { Client } from "./client.ts";
import { commandLine } from "./client-settings.ts";
import { Failure } from "./failure.ts";
import { namesIn } from "./names.ts";

/** As a shell has it for Ctrl-C. */
const interruptedCode = 130;

export async function goingOn<T>({ url }: Client, executionArn: string, following: () => Promise<T>): Promise<T> {
  const { machine, name } = namesIn(executionArn);
  const again = commandLine(url, `watch ${machine}/${name}`);
  const interrupted = (): never => {
    console.error(`\n${executionArn} runs on; follow it again with: ${again}`);
    process.exit(interruptedCode);
  };
  process.once("SIGINT", interrupted);
  try {
    return await following();
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    throw new Failure(`${error.message}\n${executionArn} does not end with this; follow it again with: ${again}`);
  } finally {
    process.off("SIGINT", interrupted);
  }
}
