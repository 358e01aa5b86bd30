/** Closes an account that was never verified. Closing it again changes nothing. */
import { record } from "./lib/ledger.mjs";

export const handler = async ({ accountId, reason }) => {
  await record("close-account", { accountId, reason });
  return { accountId, reason };
};
