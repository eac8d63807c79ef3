import type { CheckoutBody } from "../../api/orders";

// What somebody has chosen so far, and an order that was sent and has no answer yet. Of this tab, for as long as it is open; no secrets.
const DRAFT = "checkout";
const ATTEMPT = "checkout-sent";

export type Draft = { addressId?: string; method?: string };

/** An order under way: what was sent, and the key that makes it one order however often it is sent. */
export type Attempt = { key: string; cartId: string; body: CheckoutBody };

function read<T>(name: string, isIt: (value: object) => value is T & object): T | undefined {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(name) ?? "null");
    return typeof value === "object" && value !== null && isIt(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const isDraft = (value: object): value is Draft =>
  (!("addressId" in value) || isText(value.addressId)) && (!("method" in value) || isText(value.method));
const isAttempt = (value: object): value is Attempt =>
  "key" in value &&
  isText(value.key) &&
  "cartId" in value &&
  isText(value.cartId) &&
  "body" in value &&
  typeof value.body === "object";

export const readDraft = (): Draft => read(DRAFT, isDraft) ?? {};

export function keepDraft(more: Draft) {
  sessionStorage.setItem(DRAFT, JSON.stringify({ ...readDraft(), ...more }));
}

export const readAttempt = (): Attempt | undefined => read(ATTEMPT, isAttempt);

/** The order that is to be sent, kept before it is: whoever loads the page again sends the same one, under the same key. */
export function keepAttempt(cartId: string, body: CheckoutBody, newKey: () => string): Attempt {
  const attempt = readAttempt() ?? { key: newKey(), cartId, body };
  sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt));
  return attempt;
}

/** There is a last word on it. */
export function endAttempt() {
  sessionStorage.removeItem(ATTEMPT);
}

export function endDraft() {
  sessionStorage.removeItem(DRAFT);
  endAttempt();
}
