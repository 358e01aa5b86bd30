/** `baton history EXECUTION`: its events, one a line, as Step Functions numbers them. */
import { Command } from "commander";
import { connect, type Reply } from "../client.ts";
import { listAll } from "../list-all.ts";
import { executionArnOf } from "../names.ts";
import { jsonOption, urlOption } from "../options.ts";
import { shortPayload, table } from "../paint.ts";

export function historyCommand(): Command {
  return new Command("history")
    .description("print the events of an execution")
    .argument("<execution>", "an ARN, MACHINE/NAME, or as much of the name as is clear")
    .option("--failed", "only what failed, timed out or was aborted")
    .addOption(urlOption())
    .addOption(jsonOption())
    .action(async (execution: string, options: { url: string; failed?: boolean; json?: boolean }) => {
      const client = connect(options.url);
      const executionArn = await executionArnOf(client, execution);
      const events = await listAll(client, "GetExecutionHistory", { executionArn }, "events");
      const shown = options.failed ? events.filter((event) => /Failed|TimedOut|Aborted/.test(event.type)) : events;
      console.log(options.json ? JSON.stringify(shown, undefined, 2) : eventTable(shown));
    });
}

export function eventTable(events: readonly Reply[]): string {
  return table([["ID", "PREV", "TIME", "TYPE", "DETAILS"], ...events.map(eventRow)]);
}

function eventRow(event: Reply): readonly string[] {
  const member = Object.keys(event).find((key) => key.endsWith("EventDetails"));
  const details = member === undefined ? {} : event[member];
  const what = [details.name, details.error, details.input ?? details.output ?? details.parameters ?? details.cause];
  const time = new Date(event.timestamp * 1_000).toISOString().slice(11);
  return [
    String(event.id),
    String(event.previousEventId),
    time,
    event.type,
    shortPayload(what.filter(Boolean).join("  ")),
  ];
}
