/** Synthesizes the stack into a folder of its own, with other props where a test cannot wait as long as AWS does. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Stack } from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { BatonStack, type BatonStackProps } from "../../../lib/stack/stack.ts";

/** `called`: names of the functions that Task states may call. Answers the folder that the runner takes. */
export function synthesize(props: BatonStackProps = {}, called: readonly string[] = []): string {
  const app = new App({
    outdir: mkdtempSync(join(tmpdir(), "baton-assembly-")),
    builtinCloudFormationValidation: false,
  });
  const elsewhere = new Stack(app, "Functions");
  const taskFunctions = called.map((name) => lambda.Function.fromFunctionName(elsewhere, name, name));
  new BatonStack(app, "Baton", { ...props, taskFunctions });
  return app.synth().directory;
}
