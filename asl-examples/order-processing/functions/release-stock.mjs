/** Gives reserved items back. Releasing what is not reserved changes nothing. */
import { record } from "./lib/ledger.mjs";

export const handler = async ({ orderId, items }) => {
  await record("release", { orderId });
  return { released: items.length };
};
