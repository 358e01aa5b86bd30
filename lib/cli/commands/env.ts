/** `baton env`: the lines that point a shell's AWS CLI and SDKs at a Baton, here or deployed: `eval "$(baton env)"`. */
import { Command } from "commander";
import { type ClientSettings, exportLines, localSettings, variablesOf } from "../client-settings.ts";
import { settingsOfStack } from "../deployed.ts";
import { jsonOption, stackOption, urlOption } from "../options.ts";

interface Options {
  readonly url: string;
  readonly stack?: string;
  readonly json?: boolean;
}

export function envCommand(): Command {
  return new Command("env")
    .description("print what points a shell's AWS CLI and SDKs at Baton")
    .addOption(urlOption())
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (options: Options) => {
      const settings = await settingsFor(options);
      console.log(options.json ? JSON.stringify(variablesOf(settings), undefined, 2) : exportLines(settings));
    });
}

/** A stack says where it is and who may call; an address, with the environment's key or anybody's. */
export async function settingsFor({ url, stack }: Pick<Options, "url" | "stack">): Promise<ClientSettings> {
  return stack === undefined ? localSettings(url, process.env) : await settingsOfStack(stack);
}
