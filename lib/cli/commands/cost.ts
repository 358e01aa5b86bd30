/** `baton cost EXECUTION|FILE|MACHINE`: what a run cost, or will cost, here and on Step Functions; computed, not billed. */
import { Command, InvalidArgumentError } from "commander";
import { graphOf } from "../../asl/graph/graph.ts";
import { parseJson } from "../../asl/json.ts";
import { connect } from "../client.ts";
import { type Children, childrenNotes, childrenOf, noChildren } from "../cost/children.ts";
import { type Counts, countsOf, waysThrough } from "../cost/count.ts";
import { dollars, type Estimate, estimateOf, times, together } from "../cost/estimate.ts";
import { count } from "../explain/words.ts";
import { Failure } from "../failure.ts";
import { jsonOption, substituteOption, urlOption } from "../options.ts";
import { paint, table } from "../paint.ts";
import { substituteFromOption } from "../placeholders.ts";
import { findSubject, type Subject } from "../subject.ts";

interface Options {
  readonly items: number;
  readonly executions?: number;
  readonly substitute: Readonly<Record<string, string>>;
  readonly url: string;
  readonly json?: boolean;
}

export function costCommand(): Command {
  return new Command("cost")
    .description("what an execution cost, or one of a definition will, on AWS: here and on Step Functions")
    .argument("<what>", "an execution, a definition's file, or a state machine's name")
    .option("--items <n>", "of a definition: how many items a Map has", readCount, 10)
    .option("--executions <n>", "so many of them, a month's for instance", readCount)
    .addOption(substituteOption())
    .addOption(substituteFromOption())
    .addOption(urlOption())
    .addOption(jsonOption())
    .action(async (what: string, options: Options) => {
      const client = connect(options.url);
      const subject = await findSubject(client, what, options.substitute);
      const runs = runsOf(subject, options.items);
      const { executionArn, events } = subject;
      const isRun = executionArn !== undefined && events !== undefined;
      const children = isRun ? await childrenOf(client.call, executionArn, events) : noChildren;
      const rows = runs.map(([name, counts]) =>
        rowOf(subject.isExpress ? `${name}, as STANDARD` : name, counts, children),
      );
      const { executions } = options;
      const estimates =
        executions === undefined ? rows : rows.map((row) => ({ ...row, ...times(row, executions), executions }));
      if (options.json) console.log(JSON.stringify(estimates, undefined, 2));
      else
        console.log([costTable(estimates, executions), "", paint("dim", note(subject, options, children))].join("\n"));
    });
}

function runsOf({ events, text, title }: Subject, items: number): readonly (readonly [string, Counts])[] {
  if (events !== undefined) return [["this execution", countsOf(events)]];
  const graph = graphOf(parseJson(text));
  if (graph === undefined) throw new Failure(`${title} is no object, so there is nothing to count`);
  const { shortest, longest } = waysThrough(graph, items);
  const ways = [
    ["the shortest way", shortest],
    ["the longest way", longest],
  ] as const;
  return JSON.stringify(shortest) === JSON.stringify(longest) ? [["every way", shortest]] : ways;
}

/** Counts are the execution's own; its transitions and prices are with its children. */
function rowOf(name: string, counts: Counts, children: Children) {
  const sum = together([estimateOf(counts), children.estimate]);
  const { counted, looked, left } = children;
  const beneath = childrenNotes(children).length > 0 && { children: { counted, looked, left } };
  return { name, ...counts, ...sum, transitions: Math.round(sum.transitions), ...beneath };
}

function costTable(estimates: readonly (Estimate & { readonly name: string })[], executions = 1): string {
  const rows = estimates.map(({ name, transitions, loadedUsd, aloneUsd, stepFunctionsUsd }) => [
    executions === 1 ? name : `${name}, ${count(executions)} times`,
    count(transitions),
    dollars(loadedUsd),
    dollars(aloneUsd),
    dollars(stepFunctionsUsd),
    aloneUsd === 0
      ? ""
      : `1/${(stepFunctionsUsd / aloneUsd).toFixed(1)} to 1/${(stepFunctionsUsd / loadedUsd).toFixed(1)}`,
  ]);
  return table([["", "TRANSITIONS", "HERE, UNDER LOAD", "HERE, ALONE", "STEP FUNCTIONS", "RATIO"], ...rows]);
}

function note({ events, isExpress, title }: Subject, { items }: Options, children: Children): string {
  const of = [
    ...(isExpress ? [asStandard(title)] : []),
    ...(events === undefined ? [`Maps of ${items} items, no failures, no loops.`] : childrenNotes(children)),
  ];
  const what = of.map((sentence) => `${sentence} `).join("");
  return `${what}List prices of us-east-1, payloads up to 1 KB, without what tasks call, storage and an idle installation's 3 dollars a month: docs/costs.md`;
}

/** Its time is not known beforehand, and no history tells it afterwards. */
function asStandard(title: string): string {
  return `${title} is EXPRESS, whose executions cost by their number and their time (on Step Functions $1.00 a million and $0.00001667 a GB-second); this is what they would cost if it were STANDARD.`;
}

function readCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError("a count is a whole number from 1");
  return count;
}
