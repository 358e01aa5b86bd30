/** Synthesizes the stack into a folder of its own, with other props where a test cannot wait as long as AWS does. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { BatonStack, type BatonStackProps } from "../../../lib/stack/stack.ts";

/** Answers the folder that the runner takes. */
export function synthesize(props: BatonStackProps = {}): string {
  const app = new App({
    outdir: mkdtempSync(join(tmpdir(), "baton-assembly-")),
    builtinCloudFormationValidation: false,
  });
  new BatonStack(app, "Baton", props);
  return app.synth().directory;
}
