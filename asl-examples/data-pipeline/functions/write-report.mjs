/** What the morning's reader wants to know, in a few lines. */
import { record } from "./lib/ledger.mjs";

export const handler = async ({ month, status, quality }) => {
  const share = `${quality.usable} of ${quality.total} readings usable`;
  const text = [`${month}: ${status.toLowerCase()}, ${share}`, ...quality.rejected.map((reason) => `- ${reason}`)].join(
    "\n",
  );
  await record("report", { month, status });
  return { text };
};
