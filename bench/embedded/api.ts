/**
 * The API of the embedded server over HTTP: paging a long list, starting at a steady rate, paging a long history. The
 * server is a process of its own, as `baton dev` is.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { connect } from "../../lib/cli/client.ts";
import { executionId, parseExecutionArn } from "../../lib/engine/identity.ts";
import { built } from "../built.ts";
import { median } from "../print.ts";
import { startDev } from "./dev.ts";
import { type Wire, wireTo } from "./wire.ts";

const { startLocal } = await built<typeof import("../../lib/local/baton.ts")>("local/baton");

const startsPerSecond = 100;
const starts = 1_000;
/** Of these thousands only the last counts: a server is a process that has run for a while. */
const thousands = 2;
/** Four events each, and six around them. */
const items = 2_500;
const listed = 100_000;
const pageSize = 1_000;
const usualPage = 100;

export interface ApiFigures {
  /** Milliseconds of StartExecution at 100 a second, of the second thousand. */
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

/** The list is there before the server is: its first page is the first that this server shows. */
export async function measureApi(): Promise<ApiFigures> {
  const folder = await mkdtemp(join(tmpdir(), "baton-bench-"));
  await fillList(folder);
  const dev = await startDev(folder);
  const wire = wireTo(dev.url);
  try {
    const list = await listPages(wire, usualPage);
    const longList = await listPages(wire, pageSize);
    const start = await warmStarts(wire);
    return { start, history: await historyPages(wire), list, longList };
  } finally {
    wire.close();
    await dev.close();
    await rm(folder, { recursive: true });
  }
}

async function deploy({ call }: Pick<Wire, "call">, name: string, states: object): Promise<string> {
  const definition = JSON.stringify({ StartAt: "A", States: states });
  return (await call("CreateStateMachine", { name, definition, roleArn: "arn:aws:iam::000000000000:role/b" }))
    .stateMachineArn;
}

async function warmStarts(wire: Wire): Promise<Spread> {
  const stateMachineArn = await deploy(wire, "steady", { A: { Type: "Pass", End: true } });
  for (let before = 1; before < thousands; before++) await steadyStarts(wire, stateMachineArn);
  return await steadyStarts(wire, stateMachineArn);
}

async function steadyStarts(wire: Wire, stateMachineArn: string): Promise<Spread> {
  const started: ReturnType<Wire["timed"]>[] = [];
  const begun = performance.now();
  for (let index = 0; index < starts; index++) {
    await pause(Math.max(0, begun + (index * 1_000) / startsPerSecond - performance.now()));
    started.push(wire.timed("StartExecution", { stateMachineArn, input: '{"n":1}' }));
  }
  return spread((await Promise.all(started)).map(({ milliseconds }) => milliseconds));
}

async function historyPages(wire: Wire): Promise<Spread> {
  const ItemProcessor = { StartAt: "P", States: { P: { Type: "Pass", End: true } } };
  const stateMachineArn = await deploy(wire, "long", { A: { Type: "Map", ItemProcessor, End: true } });
  const input = JSON.stringify(Array.from({ length: items }, (_, index) => index));
  const { executionArn } = await wire.call("StartExecution", { stateMachineArn, input });
  while ((await wire.call("DescribeExecution", { executionArn })).status === "RUNNING") await pause(20);
  return await pages(wire, "GetExecutionHistory", { executionArn, maxResults: pageSize });
}

/** Rows as the starts would have written them, without the work that follows from a start. */
async function fillList(folder: string): Promise<void> {
  const { url, engine, close } = await startLocal({ folder, port: 0 });
  const { call } = connect(url, undefined);
  const stateMachineArn = await deploy({ call }, "many", { A: { Type: "Wait", Seconds: 86_400, End: true } });
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
  await close();
}

/** The first, the last and those between, fifty at most. */
async function listPages(wire: Wire, maxResults: number): Promise<Spread> {
  const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:many";
  return await pages(wire, "ListExecutions", { stateMachineArn, maxResults }, 50);
}

async function pages(wire: Wire, operation: string, input: object, most = Number.POSITIVE_INFINITY): Promise<Spread> {
  const took: number[] = [];
  let nextToken: string | undefined;
  do {
    const page = await wire.timed(operation, { ...input, ...(nextToken !== undefined && { nextToken }) });
    took.push(page.milliseconds);
    nextToken = page.reply.nextToken;
  } while (nextToken !== undefined && took.length < most);
  return spread(took);
}

function spread(values: readonly number[]): Spread {
  return { median: median(values), most: Math.max(...values) };
}
