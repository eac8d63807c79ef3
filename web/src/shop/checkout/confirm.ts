import type { Order } from "../../api/orders";

/** Where the buyer has to go before the payment goes on, as to the bank of a card. */
export function bankOf(order: Order): string | undefined {
  const url = order.nextAction?.url;
  return url && /^https?:/.test(url) ? url : undefined;
}

/** Leaves for there, if there is need; the bank sends the browser back to the order. */
export function leaveForBank(order: Order): void {
  const url = bankOf(order);
  if (url) location.assign(url);
}
