/** The API of the embedded server over HTTP: starting at a steady rate, paging a long history, paging a long list. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { connect, type Reply } from "../../lib/cli/client.ts";
import { executionId, parseExecutionArn } from "../../lib/engine/identity.ts";
import type { LocalBaton } from "../../lib/local/baton.ts";
import { built } from "../built.ts";
import { median } from "../print.ts";

const { startLocal } = await built<typeof import("../../lib/local/baton.ts")>("local/baton");

const startsPerSecond = 100;
const starts = 1_000;
/** Four events each, and six around them. */
const items = 2_500;
const listed = 100_000;
const pageSize = 1_000;
const usualPage = 100;

export interface ApiFigures {
  /** Milliseconds of StartExecution at 100 a second. */
  readonly start: Spread;
  /** Of a page of 1,000 events, of 10,000; the first one merges the whole. */
  readonly history: Spread;
  /** Of a page of 100, and of 1,000, of 100,000 executions. */
  readonly list: Spread;
  readonly longList: Spread;
}

interface Spread {
  readonly median: number;
  readonly most: number;
}

export async function measureApi(): Promise<ApiFigures> {
  const folder = await mkdtemp(join(tmpdir(), "baton-bench-"));
  const server = await startLocal({ folder, port: 0 });
  const call = connect(server.url, undefined).call;
  try {
    const start = await steadyStarts(call);
    const history = await historyPages(call);
    await fillList(server, call);
    return { start, history, list: await listPages(call, usualPage), longList: await listPages(call, pageSize) };
  } finally {
    await server.close();
    await rm(folder, { recursive: true });
  }
}

type Call = ReturnType<typeof connect>["call"];

async function deploy(call: Call, name: string, states: object): Promise<string> {
  const definition = JSON.stringify({ StartAt: "A", States: states });
  return (await call("CreateStateMachine", { name, definition, roleArn: "arn:aws:iam::000000000000:role/b" }))
    .stateMachineArn;
}

async function steadyStarts(call: Call): Promise<Spread> {
  const stateMachineArn = await deploy(call, "steady", { A: { Type: "Pass", End: true } });
  const started: Promise<number>[] = [];
  const begun = performance.now();
  for (let index = 0; index < starts; index++) {
    await pause(Math.max(0, begun + (index * 1_000) / startsPerSecond - performance.now()));
    started.push(timed(() => call("StartExecution", { stateMachineArn, input: '{"n":1}' })));
  }
  return spread(await Promise.all(started));
}

async function historyPages(call: Call): Promise<Spread> {
  const ItemProcessor = { StartAt: "P", States: { P: { Type: "Pass", End: true } } };
  const stateMachineArn = await deploy(call, "long", { A: { Type: "Map", ItemProcessor, End: true } });
  const input = JSON.stringify(Array.from({ length: items }, (_, index) => index));
  const { executionArn } = await call("StartExecution", { stateMachineArn, input });
  while ((await call("DescribeExecution", { executionArn })).status === "RUNNING") await pause(20);
  return await pages(call, "GetExecutionHistory", { executionArn, maxResults: pageSize });
}

/** Rows as the starts would have written them, without the work that follows from a start. */
async function fillList({ engine }: LocalBaton, call: Call): Promise<void> {
  const stateMachineArn = await deploy(call, "many", { A: { Type: "Wait", Seconds: 86_400, End: true } });
  const { executionArn } = await call("StartExecution", { stateMachineArn });
  const id = parseExecutionArn(executionArn);
  const { executions, log } = engine.world;
  const summary = id && (await executions.find(id));
  const [first] = id ? await log.branch(id, "", 0, 1) : [];
  if (!summary || !first) throw new Error(`${executionArn} is not there`);
  const tenant = { account: "000000000000", region: "us-east-1" };
  for (let written = 0; written < listed; written += pageSize) {
    const rows = Array.from({ length: pageSize }, (_, index) => {
      const name = `row-${written + index}`;
      const execution = executionId(tenant, "many", name);
      const startedAt = summary.startedAt + written + index;
      return executions.start({ ...summary, id: execution, name, startedAt }, { ...first, execution });
    });
    await Promise.all(rows);
  }
}

/** The first, the last and those between, fifty at most. */
async function listPages(call: Call, maxResults: number): Promise<Spread> {
  const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:many";
  return await pages(call, "ListExecutions", { stateMachineArn, maxResults }, 50);
}

async function pages(call: Call, operation: string, input: object, most = Number.POSITIVE_INFINITY): Promise<Spread> {
  const took: number[] = [];
  let nextToken: string | undefined;
  do {
    let page: Reply;
    const asked = { ...input, ...(nextToken !== undefined && { nextToken }) };
    took.push(
      await timed(async () => {
        page = await call(operation, asked);
      }),
    );
    nextToken = page.nextToken;
  } while (nextToken !== undefined && took.length < most);
  return spread(took);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function spread(values: readonly number[]): Spread {
  return { median: median(values), most: Math.max(...values) };
}
