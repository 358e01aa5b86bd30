/**
 * The options of the project's own commands (`npm run simulate -- …`). A mistake in them is one sentence that says
 * what there is, and exit code 2; never a stack.
 */
import { type ParseArgsConfig, parseArgs } from "node:util";

export function commandOptions<Config extends ParseArgsConfig>(command: string, config: Config) {
  try {
    return parseArgs(config);
  } catch (error) {
    if (!(error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS_")))
      throw error;
    // What Node adds behind the first sentence is about its own parser.
    const [mistake = ""] = error.message.split(". ");
    return refuse(
      command,
      config,
      mistake.replace(/^./, (first) => first.toLowerCase()),
    );
  }
}

/** The value of an option that counts something. */
export function countOf<Config extends ParseArgsConfig>(
  command: string,
  config: Config,
  name: keyof NonNullable<Config["options"]> & string,
  text: string,
): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  return refuse(command, config, `--${name} is a whole number, not '${text}'`);
}

/** The value of an option that names one of a few. */
export function oneOf<Config extends ParseArgsConfig, Value extends string>(
  command: string,
  config: Config,
  name: keyof NonNullable<Config["options"]> & string,
  text: string | undefined,
  values: readonly Value[],
): Value | undefined {
  const value = values.find((each) => each === text);
  if (value !== undefined || text === undefined) return value;
  return refuse(command, config, `--${name} is one of ${values.join(", ")}, not '${text}'`);
}

function refuse(command: string, { options = {} }: ParseArgsConfig, mistake: string): never {
  const known = Object.entries(options).map(([name, { type }]) =>
    type === "string" ? `--${name} VALUE` : `--${name}`,
  );
  console.error(`npm run ${command}: ${mistake}; there is ${known.join(", ")}`);
  process.exit(2);
}
