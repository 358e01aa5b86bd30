/** Refuses what cannot be an order, and adds what the later steps need: the total. */
class InvalidOrder extends Error {
  name = "InvalidOrder";
}

export const handler = async (order) => {
  const problems = [
    ...(/^ord-\d+$/.test(order.id ?? "") ? [] : ["id must look like ord-1234"]),
    ...(order.items?.length > 0 ? [] : ["there must be at least one item"]),
    ...(order.items ?? []).flatMap(({ sku, quantity, unitPrice }, line) => [
      ...(Number.isInteger(quantity) && quantity > 0 ? [] : [`quantity of line ${line} (${sku}) must be 1 or more`]),
      ...(Number.isInteger(unitPrice) && unitPrice >= 0 ? [] : [`unitPrice of line ${line} (${sku}) must be in cents`]),
    ]),
    ...(order.payment?.card ? [] : ["payment.card is missing"]),
    ...(order.shipping?.address ? [] : ["shipping.address is missing"]),
  ];
  if (problems.length > 0) throw new InvalidOrder(problems.join("; "));
  const total = order.items.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
  return { ...order, total };
};
