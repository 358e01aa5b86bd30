/** `bench --only costs`: counts on the deployed shape, the budgets, and what a million transitions cost. */

import { type Bill, billOf, type PricedExecution } from "../../lib/cli/cost/bill.ts";
import { assumed, budgetUsd, prices, stepFunctionsUsd } from "../../lib/cli/cost/prices.ts";
import { table } from "../print.ts";
import { isOver, type Row, rowsOf } from "./budgets.ts";
import { statesOfPricedMachine, tasksOfPricedMachine } from "./machines.ts";
import { type Measured, measureCosts } from "./run.ts";
import { noiseSize, payloadSizes } from "./scenarios.ts";
import { type StandingLine, standingCosts } from "./standing.ts";
import type { Usage } from "./usage.ts";

export interface Costs {
  readonly rows: readonly Row[];
  readonly bills: readonly PricedBill[];
  readonly standing: readonly StandingLine[];
  readonly over: boolean;
}

interface PricedBill {
  readonly payload: string;
  readonly payloadBytes: number;
  readonly batch: number;
  readonly bill: Bill;
}

const batches = [10, 1] as const;
/** The payloads and batches that the budget speaks of. */
const budgetedBytes = 1_000;
const budgetedBatch = 10;

export async function measureAndPrice(): Promise<Costs> {
  const measured = await measureCosts();
  const rows = rowsOf(measured);
  const bills = billsOf(measured);
  const dear = bills.some(
    ({ payload, payloadBytes, batch, bill }) =>
      payload !== noise && payloadBytes <= budgetedBytes && batch === budgetedBatch && bill.usd > budgetUsd,
  );
  return { rows, bills, standing: standingCosts(), over: dear || rows.some(isOver) };
}

const noise = `${noiseSize} B, incompressible`;

function billsOf({ usage }: Measured): readonly PricedBill[] {
  const payloads = [
    ...payloadSizes.map((size) => ({ name: `priced-${size}`, payload: `${size} B`, payloadBytes: size })),
    { name: "priced-noise", payload: noise, payloadBytes: noiseSize },
  ];
  return payloads.flatMap(({ name, payload, payloadBytes }) => {
    const seen = usage.get(name);
    if (!seen) throw new Error(`nothing was measured of ${name}`);
    return batches.map((batch) => ({ payload, payloadBytes, batch, bill: billOf(executionOf(seen), batch) }));
  });
}

function executionOf(usage: Usage): PricedExecution {
  const { writeUnits, readUnits, sends, apiSends, messageBytes, objectWrites, objectReads, storeBytes } = usage;
  return {
    states: statesOfPricedMachine,
    tasks: tasksOfPricedMachine,
    writeUnits,
    // The machine's row, which StartExecution reads, is not an execution's and counted apart: one unit.
    readUnits: readUnits + 1,
    apiStarts: 1,
    messages: sends,
    apiMessages: apiSends,
    messageBytes,
    objectWrites,
    objectReads,
    storedBytes: storeBytes,
  };
}

export function printCosts({ rows, bills, standing, over }: Costs): void {
  console.log("\nRequests for each transition on the deployed shape, counted in the SDK inside the functions");
  console.log(table([budgetHeader, ...rows.map(budgetRow)]));
  for (const { construct, note } of rows) if (note) console.log(`  ${construct}: ${note}`);
  printPrices();
  console.log(`\nA million transitions: ${statesOfPricedMachine}-state machine, ${tasksOfPricedMachine} of them Tasks`);
  console.log(table([billHeader, ...bills.map(billRow)]));
  for (const each of bills) printBill(each);
  console.log("\nAn installation that nobody uses, each month");
  const lines = standing.map(({ what, quantity, usd }) => [what, number(quantity), dollars(usd)]);
  const sum = standing.reduce((total, { usd }) => total + usd, 0);
  console.log(table([...lines, ["together", "", dollars(sum)]]));
  console.log(over ? "\nOVER BUDGET" : "\nwithin the budgets");
}

const budgetHeader = [
  "construct",
  "budget w/r/s",
  "writes",
  "reads",
  "sends",
  "write units",
  "read units",
  "bytes stored",
  "bytes sent",
  "",
];

function budgetRow(row: Row): string[] {
  const { construct, budget, usage } = row;
  return [
    construct,
    [budget.writes, budget.reads, budget.sends].map(number).join("/"),
    number(usage.writes),
    number(usage.reads),
    number(usage.sends),
    number(usage.writeUnits),
    number(usage.readUnits),
    usage.storeBytes.toFixed(0),
    usage.messageBytes.toFixed(0),
    isOver(row) ? "OVER" : "ok",
  ];
}

function printPrices(): void {
  console.log("\nPrices: us-east-1, arm64, list");
  for (const { usd, per, unit, source } of Object.values(prices)) {
    console.log(`  ${usd} USD per ${per === 1 ? "" : `${per.toLocaleString("en")} x `}${unit}; ${source}`);
  }
  console.log("Assumed, not measured:");
  for (const [name, value] of Object.entries(assumed)) console.log(`  ${name} = ${value}`);
}

const billHeader = ["payload", "batch", "USD", "of Step Functions'", "ratio", "storage, apart"];

function billRow({ payload, batch, bill }: PricedBill): string[] {
  const ratio = `1/${(stepFunctionsUsd / bill.usd).toFixed(1)}`;
  return [payload, String(batch), dollars(bill.usd), dollars(stepFunctionsUsd), ratio, dollars(bill.storageUsd)];
}

function printBill({ payload, batch, bill }: PricedBill): void {
  const executions = 1e6 / statesOfPricedMachine;
  console.log(`\n${payload}, batches of ${batch}: for each of ${executions.toLocaleString("en")} executions`);
  const lines = bill.lines.map(({ what, quantity, price, usd }) => {
    const { usd: list, per } = prices[price];
    return [what, number(quantity), `x ${list}${per === 1 ? "" : ` / ${per.toLocaleString("en")}`}`, dollars(usd)];
  });
  const columns = table([...lines, ["together", "", "", dollars(bill.usd)]]).split("\n");
  columns.forEach((line, index) => {
    const how = bill.lines[index]?.how;
    console.log(how === undefined ? line : `${line}  ${how}`);
  });
}

function dollars(usd: number): string {
  return usd.toFixed(3);
}

function number(quantity: number): string {
  if (Number.isInteger(quantity)) return quantity.toLocaleString("en", { useGrouping: false });
  return quantity < 0.01 ? quantity.toPrecision(3) : String(Number(quantity.toFixed(3)));
}
