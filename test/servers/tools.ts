/**
 * Which of the tools that the test servers need are on this machine. What is missing is said in one sentence,
 * the name under which the tests that need it are skipped.
 */
import { run } from "./cache.ts";

/** DynamoDB Local 2.6 and ElasticMQ 1.7 are compiled for it. */
const oldestJava = 17;

/** Undefined: it is there. */
export type Missing = string | undefined;

export async function missingJava(): Promise<Missing> {
  const version = await answer("java", ["--version"]);
  const major = Number(version?.match(/^\S+ (\d+)/)?.[1] ?? 0);
  if (version === undefined) return "Java is not installed";
  return major < oldestJava ? `Java ${oldestJava} or newer is needed, this is ${major}` : undefined;
}

export async function missingMaven(): Promise<Missing> {
  return (await answer("mvn", ["--version"])) === undefined ? "Maven is not installed" : undefined;
}

export async function missingPython(): Promise<Missing> {
  return (await answer("python3", ["-c", "import venv, ensurepip"])) === undefined
    ? "Python 3 with venv is not installed"
    : undefined;
}

function answer(command: string, args: readonly string[]): Promise<string | undefined> {
  return run(command, args).catch(() => undefined);
}
