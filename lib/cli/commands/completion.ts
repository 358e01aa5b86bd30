/** `baton completion bash|zsh|fish`: a script for the shell, made of the commands as they are, so that it is never behind. */
import { Argument, Command } from "commander";
import { Failure } from "../failure.ts";

const shells = { bash, zsh, fish } as const;

type Shell = keyof typeof shells;

export function completionCommand(): Command {
  return new Command("completion")
    .description("print the script that completes baton's commands in a shell")
    .addArgument(new Argument("<shell>", "for which shell").choices(Object.keys(shells)))
    .addHelpText(
      "after",
      '\nIn bash: eval "$(baton completion bash)"   in zsh: eval "$(baton completion zsh)"   in fish: baton completion fish | source',
    )
    .action((shell: Shell, _options: object, command: Command) => {
      if (command.parent === null) throw new Failure("completion is a command of baton");
      console.log(shells[shell](wordsOf(command.parent)));
    });
}

interface Flag {
  readonly flag: string;
  readonly says: string;
  readonly takes: boolean;
  /** Where it takes no others. */
  readonly choices: readonly string[];
}

interface Words {
  readonly name: string;
  readonly says: string;
  readonly options: readonly Flag[];
  /** Of the argument with fixed values, and of commands below. */
  readonly values: readonly string[];
}

function wordsOf(program: Command): readonly Words[] {
  return program.commands.map((command) => {
    const below = command.commands.flatMap((one) => one.options);
    const options = [...command.options, ...below].flatMap((option): readonly Flag[] => {
      const { description: says, argChoices: choices = [] } = option;
      const flags = [option.short, option.long].filter((flag) => flag?.startsWith("--")); // `--endpoint, --url`
      return flags.map((flag = "") => ({ flag, says, choices, takes: option.required || option.optional }));
    });
    return {
      name: command.name(),
      says: command.description(),
      options: [...new Map(options.map((option) => [option.flag, option] as const)).values()],
      values: [
        ...command.commands.map((one) => one.name()),
        ...command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
      ],
    };
  });
}

function bash(words: readonly Words[]): string {
  const cases = words.map(({ name, options, values }) => {
    const chosen = options.flatMap(({ flag, choices }) =>
      choices.length > 0 ? [` [ "$before" = ${flag} ] && values="${choices.join(" ")}";`] : [],
    );
    const flags = options.map(({ flag }) => flag).join(" ");
    return `    ${name}) options="${flags}"; values="${values.join(" ")}";${chosen.join("")} ;;`;
  });
  return `_baton() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" options="" values=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${words.map(({ name }) => name).join(" ")}" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$options --help" -- "$word")) ;;
    *) COMPREPLY=($(compgen -W "$values" -- "$word") $(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _baton baton`;
}

function zsh(words: readonly Words[]): string {
  const commands = words.map(({ name, says }) => `    ${quoted(`${name}:${says.replaceAll(":", "\\:")}`)}`);
  const cases = words.map(({ name, options, values }) => {
    const valued = ({ takes, choices }: Flag): string => {
      if (choices.length > 0) return `:value:(${choices.join(" ")})`;
      return takes ? ":value:_files" : "";
    };
    const flags = options.map((option) => quoted(`${option.flag}[${inBrackets(option.says)}]${valued(option)}`));
    const first = values.length > 0 ? [quoted(`2:what:(${values.join(" ")})`)] : [];
    return `    ${name}) _arguments ${[...flags, ...first, quoted("*:file:_files")].join(" ")} ;;`;
  });
  return `#compdef baton
_baton() {
  local -a commands=(
${commands.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case "$words[2]" in
${cases.join("\n")}
  esac
}
compdef _baton baton`;
}

function fish(words: readonly Words[]): string {
  return words
    .flatMap(({ name, says, options, values }) => [
      `complete -c baton -n __fish_use_subcommand -f -a ${name} -d ${quoted(says)}`,
      ...options.map(
        ({ flag, says, takes, choices }) =>
          `complete -c baton -n '__fish_seen_subcommand_from ${name}' -l ${flag.replace(/^--/, "")}${takes ? " -r" : ""}${choices.length > 0 ? ` -f -a ${quoted(choices.join(" "))}` : ""} -d ${quoted(says)}`,
      ),
      ...values.map((value) => `complete -c baton -n '__fish_seen_subcommand_from ${name}' -a ${value}`),
    ])
    .join("\n");
}

function inBrackets(text: string): string {
  return text.replaceAll(/[[\]:]/g, " ");
}

/** In single quotes the shells leave everything as it is. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "’")}'`;
}
