/**
 * Payloads of a given length that look like what applications send: an order with customer, address and
 * line items, every name and number drawn, so that nothing compresses better than it would in earnest.
 */
const streets = ["Hauptstrasse", "Rue de Rivoli", "High Street", "Via Garibaldi", "Calle Mayor", "Kungsgatan"];
const towns = ["Ghent", "Porto", "Leeds", "Graz", "Lyon", "Bergen", "Turku", "Brno"];
const goods = ["kettle", "lamp", "notebook", "scarf", "bottle", "speaker", "chair", "carpet"];

/** The same seed draws the same. */
function drawer(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** JSON text of exactly so many bytes; at least 120. */
export function orderOf(bytes: number, seed = 1): string {
  const draw = drawer(seed);
  const digits = (count: number): string => Array.from({ length: count }, () => draw(16).toString(16)).join("");
  const of = (list: readonly string[]): string => list[draw(list.length)] ?? "";
  const order = { id: digits(16), total: 1 + draw(100_000) / 100, town: of(towns), items: [] as object[], note: "" };
  const item = () => ({
    sku: digits(12),
    name: of(goods),
    amount: 1 + draw(9),
    price: draw(9_999) / 100,
    to: of(streets),
  });
  const length = (): number => JSON.stringify(order).length;
  for (let next = item(); length() + JSON.stringify(next).length + 1 <= bytes; next = item()) order.items.push(next);
  const missing = bytes - length();
  if (missing < 0) throw new Error(`an order has at least ${length()} bytes, not ${bytes}`);
  return JSON.stringify({ ...order, note: digits(missing) });
}

/** A payload of so many bytes that no compression makes shorter by more than a few percent. */
export function noiseOf(bytes: number, seed = 1): string {
  const draw = drawer(seed);
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";
  const letters = (count: number): string => Array.from({ length: count }, () => alphabet[draw(64)]).join("");
  const empty = JSON.stringify({ id: "noise", total: 1, note: "" });
  return JSON.stringify({ id: "noise", total: 1, note: letters(bytes - empty.length) });
}
