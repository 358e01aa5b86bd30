/** Packs one line item: at most 6 pieces fit into a box. */
import { record } from "./lib/ledger.mjs";

const piecesPerBox = 6;

export const handler = async ({ orderId, line, item }) => {
  await record("pack", { orderId, line });
  return { parcelId: `${orderId}-${line + 1}`, sku: item.sku, boxes: Math.ceil(item.quantity / piecesPerBox) };
};
