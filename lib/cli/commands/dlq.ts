/**
 * `baton dlq list|redrive`: the messages that killed their workers again and again, to be looked at and sent once more.
 * Of an installation, or with `--starts` of the rules and schedules of a stack.
 */
import { Command } from "commander";
import type { StartLetter } from "../../adapters/aws/start-letters.ts";
import { type DeadLetter, readDeadLetter, redriveDeadLetter } from "../../engine/dead-letter-queue.ts";
import { executionArn } from "../../engine/identity.ts";
import type { Delivery } from "../../engine/ports.ts";
import type { Operator } from "../../worker/operator.ts";
import { installationOptions, inWords, type NamedInstallation, namedInstallation } from "../installation.ts";
import { jsonOption, readLimit, stackOption } from "../options.ts";

interface Options extends NamedInstallation {
  readonly most: number;
  readonly json?: boolean;
  readonly starts?: string;
}

export function dlqCommand(): Command {
  const list = withOptions(new Command("list").description("show the dead letters")).action(listLetters);
  const redrive = withOptions(
    new Command("redrive").description("send the dead letters again: they carry on where they were"),
  ).action(redriveLetters);
  return new Command("dlq").description("the dead-letter queue").addCommand(list).addCommand(redrive);
}

function withOptions(command: Command): Command {
  command.option("--most <n>", "letters at most", readLimit, 1_000);
  command.option(
    "--starts <name|url>",
    "instead of an installation's: the queue of starts by rules and schedules that died",
  );
  command.addOption(stackOption());
  for (const option of installationOptions()) command.addOption(option);
  return command.addOption(jsonOption()).exitOverride();
}

const embedded =
  "the embedded store has no dead letters: a message that ends its process is taken up again at the next start, and a step that throws fails its execution at the third try";

async function open(options: Options): Promise<Operator> {
  const { names, tenant: _tenant, ...secret } = await namedInstallation(options, embedded);
  const { openOperator } = await import("../../worker/operator.ts"); // the AWS SDK, which other commands do without
  return openOperator(names, secret).catch((error: unknown) => {
    throw inWords(error);
  });
}

async function listLetters(options: Options): Promise<void> {
  if (options.starts !== undefined) return listStarts(options, options.starts);
  const { engine, deadLetters, inbox, close } = await open(options);
  const seen: Delivery[] = [];
  try {
    for await (const delivery of deadLetters(options.most)) {
      seen.push(delivery);
      print(options, await readDeadLetter(engine, delivery), delivery);
    }
    if (!options.json) console.log(`${seen.length} dead letters`);
  } finally {
    // Others may have them again.
    await Promise.all(seen.map(({ receipt }) => inbox.later(receipt, engine.world.clock.now())));
    close();
  }
}

async function redriveLetters(options: Options): Promise<void> {
  if (options.starts !== undefined) return redriveStarts(options, options.starts);
  const { engine, deadLetters, inbox, close } = await open(options);
  const counts = { sent: 0, forgotten: 0, foreign: 0 };
  try {
    for await (const delivery of deadLetters(options.most)) {
      const redriven = await redriveDeadLetter(engine, delivery);
      if (redriven !== "foreign") await inbox.done([delivery.receipt]);
      counts[redriven] += 1;
      print(options, await readDeadLetter(engine, delivery), delivery);
    }
    const { sent, forgotten, foreign } = counts;
    const others = [
      ...(forgotten > 0 ? [`${forgotten} taken out whose executions are there no more`] : []),
      ...(foreign > 0 ? [`${foreign} left that Baton did not write`] : []),
    ];
    const line = [`${sent} dead letters sent again`, ...others].join(", ");
    console.log(options.json ? JSON.stringify({ redriven: sent, forgotten, left: foreign }) : line);
  } finally {
    close();
  }
}

async function openStarts(queue: string, most: number): Promise<AsyncIterable<StartLetter>> {
  const { makeClients } = await import("../../adapters/aws/clients.ts");
  const { startLetters } = await import("../../adapters/aws/start-letters.ts");
  return startLetters(makeClients().sqs, queue, most);
}

async function listStarts(options: Options, queue: string): Promise<void> {
  const seen: StartLetter[] = [];
  try {
    for await (const letter of await openStarts(queue, options.most)) {
      seen.push(letter);
      printStart(options, letter);
    }
    if (!options.json) console.log(`${seen.length} dead letters`);
  } catch (error) {
    throw inWords(error);
  } finally {
    // Others may have them again.
    await Promise.all(seen.map((letter) => letter.leave()));
  }
}

async function redriveStarts(options: Options, queue: string): Promise<void> {
  const left: StartLetter[] = [];
  let sent = 0;
  try {
    for await (const letter of await openStarts(queue, options.most)) {
      if (letter.start) {
        await letter.again();
        sent += 1;
      } else left.push(letter);
      printStart(options, letter);
    }
    const others = left.length > 0 ? `, ${left.length} left that Baton did not write` : "";
    console.log(
      options.json ? JSON.stringify({ redriven: sent, left: left.length }) : `${sent} dead letters sent again${others}`,
    );
  } catch (error) {
    throw inWords(error);
  } finally {
    await Promise.all(left.map((letter) => letter.leave()));
  }
}

function printStart({ json }: Options, { start, receives, sent }: StartLetter): void {
  const since = new Date(sent).toISOString();
  if (json) console.log(JSON.stringify({ kind: start ? "start" : "unknown", ...start, sent: since, receives }));
  else {
    const what = start ? `${start.stateMachineArn}  a start for ${start.occasion}` : "not a start of Baton";
    console.log(`${what}, sent ${since}, received ${receives} times`);
  }
}

function print({ json }: Options, letter: DeadLetter | undefined, { receives }: Delivery): void {
  const entry = letter ? { ...letter, execution: executionArn(letter.execution) } : { kind: "unknown" };
  console.log(json ? JSON.stringify({ ...entry, receives }) : `${inPlace(letter)}, received ${receives} times`);
}

function inPlace(letter: DeadLetter | undefined): string {
  if (!letter) return "not a message of Baton";
  const { execution, branch, kind, open } = letter;
  const what = kind === "advance" ? (open ? "its next step" : "a step that was taken since") : kind;
  return `${executionArn(execution)}${branch}  ${what}`;
}
