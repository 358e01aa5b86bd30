/**
 * Where the functions write down what they did to the world, if somebody wants to know: set
 * EXAMPLE_LEDGER to an http:// URL (one POST for each act) or to a file (one line for each act).
 */
import { appendFile } from "node:fs/promises";

export async function record(act, details) {
  const ledger = process.env.EXAMPLE_LEDGER;
  if (!ledger) return;
  const entry = JSON.stringify({ act, ...details });
  if (!ledger.startsWith("http")) return await appendFile(ledger, `${entry}\n`);
  const response = await fetch(ledger, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: entry,
  });
  if (!response.ok) throw new Error(`the ledger answered ${response.status}`);
}
