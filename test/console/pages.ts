/** Every page of the console over one shop: an order that failed, one that was shipped, somebody who waits for an answer. */
import { deployExample, functionsOf, inputOf, openShop, type Shop, tag } from "./shop.ts";

/** The address, and what is there once the page is complete. */
export const pages: readonly (readonly [hash: string, there: string])[] = [
  ["#/executions", ".execution"],
  ["#/executions?q=nothing", ".empty"],
  ["#/machines", "table.list"],
  ["#/create-machine", ".code-place:not([hidden])"],
  ["#/machines/order-processing", "table.grid"],
  ["#/machines/order-processing?view=definition", ".code-place:not([hidden])"],
  ["#/machines/order-processing?view=versions", "h2"],
  ["#/executions/order-processing/declined", ".canvas svg"],
  ["#/executions/order-processing/declined/ChargeCard", "[aria-label='State ChargeCard']"],
  ["#/executions/order-processing/shipped/PackItems", ".squares"],
  ["#/executions/order-processing/declined?view=timeline", ".visit"],
  ["#/executions/order-processing/declined?view=events", ".event"],
  ["#/executions/order-processing/declined?view=input %26 output", ".payload"],
  ["#/inbox", ".tasks"],
  ["#/key", "input[type=password]"],
  ["#/nowhere", "h1"],
];

export async function openFilledShop(): Promise<Shop> {
  const shop = await openShop({ functionFolders: functionsOf("order-processing", "user-onboarding") });
  for (const example of ["order-processing", "user-onboarding"]) await deployExample(shop, example);
  await tag(shop, "order-processing", { team: "payments", "cost center": "4711, the shop of the old town" });
  await shop.start("user-onboarding", inputOf("user-onboarding", "clicks-at-once"), "mira");
  await shop.ended(await shop.start("order-processing", inputOf("order-processing", "declined-card"), "declined"));
  await shop.ended(await shop.start("order-processing", inputOf("order-processing", "good-order"), "shipped"));
  return shop;
}
