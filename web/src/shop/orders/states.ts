import type { OrderState } from "../../api/orders";

/** In the order in which an order goes through them; then the ends that are none. */
export const STATES: readonly OrderState[] = [
  "PENDING_PAYMENT",
  "PLACED",
  "ACCEPTED",
  "PARTIALLY_SHIPPED",
  "SHIPPED",
  "DELIVERED",
  "COMPLETED",
  "CANCELLED",
  "REJECTED",
  "FAILED",
];

/** The state that a URL asks for; what is none is none. */
export function readState(query: string): OrderState | undefined {
  const said = new URLSearchParams(query).get("state");
  return STATES.find((one) => one === said);
}

/** How a state is to be taken: something to do, under way, done, or over without having come. */
export function moodOf(state: OrderState): "wait" | "go" | "good" | "over" {
  if (state === "PENDING_PAYMENT") return "wait";
  if (state === "DELIVERED" || state === "COMPLETED") return "good";
  return state === "CANCELLED" || state === "REJECTED" || state === "FAILED" ? "over" : "go";
}
