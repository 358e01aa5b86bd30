/**
 * The AWS CLI, kept running: its commands go one by one into the same Python process, because starting it anew
 * for each costs a second. What runs is its own entry point with the words that a user would type.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const driver = `
import contextlib, io, json, sys
from awscli.clidriver import create_clidriver
for line in sys.stdin:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = create_clidriver().main(json.loads(line))
        except SystemExit as exit:
            code = exit.code
    print(json.dumps([code, out.getvalue(), err.getvalue()]), flush=True)
`;

export interface AwsCli {
  /** What `aws WORDS…` prints; rejects with what it says where it fails. */
  run(words: readonly string[]): Promise<string>;
  close(): void;
}

export function openAwsCli(python: string, environment: Readonly<Record<string, string>>): AwsCli {
  const child = spawn(python, ["-c", driver], { env: environment, stdio: ["pipe", "pipe", "inherit"] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    run: async (words) => {
      child.stdin.write(`${JSON.stringify(words)}\n`);
      const answer = await answers.next();
      if (answer.done) throw new Error("the AWS CLI's process has ended");
      const [code, out, err]: [code: number, out: string, err: string] = JSON.parse(answer.value);
      if (code !== 0) throw new Error(`aws ${words.join(" ")} ended with ${code}: ${err}`);
      return out;
    },
    close: () => child.stdin.end(),
  };
}
