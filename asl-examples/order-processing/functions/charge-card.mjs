/**
 * Charges a card at the payment provider. The idempotency key is the order's: the provider charges it
 * once, however often it is asked. Cards decide what happens, as a provider's test cards do.
 */
import { record } from "./lib/ledger.mjs";

class CardDeclined extends Error {
  name = "CardDeclined";
}
class PaymentGatewayBusy extends Error {
  name = "PaymentGatewayBusy";
}

export const handler = async ({ idempotencyKey, card, amount, currency, attempt }) => {
  await record("charge", { idempotencyKey, amount, currency, attempt });
  if (card.endsWith("insufficient-funds")) throw new CardDeclined("the bank declined: insufficient funds");
  if (card.endsWith("busy-gateway") && attempt < 2) throw new PaymentGatewayBusy("try again in a moment");
  return { payment: `pay-${idempotencyKey}`, amount, currency };
};
