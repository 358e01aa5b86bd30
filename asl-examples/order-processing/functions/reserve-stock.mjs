/**
 * Reserves all items or none. Reserving again for the same order changes nothing, so a retry is safe.
 * Too little in the warehouse is an answer, not an error.
 */
import { record } from "./lib/ledger.mjs";

const warehouse = { "POT-COPPER": 1, "KETTLE-STEEL": 40 };
const plenty = 500;

export const handler = async ({ orderId, items }) => {
  const short = items.filter(({ sku, quantity }) => quantity > (warehouse[sku] ?? plenty));
  if (short.length > 0) {
    const missing = short.map(({ sku, quantity }) => `${quantity} x ${sku} wanted, ${warehouse[sku]} there`);
    return { status: "OUT_OF_STOCK", message: missing.join("; ") };
  }
  await record("reserve", { orderId });
  return { status: "RESERVED", reservation: `res-${orderId}` };
};
