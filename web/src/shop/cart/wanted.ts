import type { Cart } from "../../api/cart";

/** The cart as it is going to be: with the quantities that somebody wants, which the marketplace has not heard of yet. 0 is none of it. */
export function withWanted(cart: Cart, wanted: ReadonlyMap<string, number>): Cart {
  if (wanted.size === 0) return cart;
  const items = cart.items.flatMap((item) => {
    const quantity = wanted.get(item.offerId);
    if (quantity === undefined) return [item];
    if (quantity === 0) return [];
    const { total: _, ...rest } = item;
    if ((item.state !== "AVAILABLE" && item.state !== "LESS_LEFT") || !item.unitPrice)
      return [{ ...rest, quantity }];
    if (quantity > (item.available ?? quantity)) return [{ ...rest, quantity, state: "LESS_LEFT" as const }];
    const total = { ...item.unitPrice, amount: item.unitPrice.amount * quantity };
    return [{ ...rest, quantity, state: "AVAILABLE" as const, total }];
  });
  const { total: _, ...rest } = cart;
  const currency = cart.currency;
  const totals = items.flatMap((one) => (one.total ? [one.total.amount] : []));
  if (!currency || totals.length === 0) return { ...rest, items };
  return { ...rest, items, total: { currency, amount: totals.reduce((all, one) => all + one, 0) } };
}

export const PAUSE_MS = 400;

type Send = (offerId: string, quantity: number) => Promise<void>;

/** Quantities on their way: each is sent once it has stood still for a moment, one after the other, and counts until there is an answer.
 * What is refused does not count any more, so that what is shown is what the marketplace has. */
export class Wanted {
  readonly #send: Send;
  readonly #changed: (wanted: ReadonlyMap<string, number>) => void;
  readonly #refused: (problem: unknown) => void;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #wanted: ReadonlyMap<string, number> = new Map();
  #sent: Promise<void> = Promise.resolve();

  constructor(
    send: Send,
    changed: (wanted: ReadonlyMap<string, number>) => void,
    refused: (problem: unknown) => void,
  ) {
    this.#send = send;
    this.#changed = changed;
    this.#refused = refused;
  }

  want(offerId: string, quantity: number) {
    this.#set(new Map(this.#wanted).set(offerId, quantity));
    clearTimeout(this.#timers.get(offerId));
    const pause = quantity === 0 ? 0 : PAUSE_MS;
    this.#timers.set(
      offerId,
      setTimeout(() => this.#go(offerId), pause),
    );
  }

  /** Sends what still waits, and waits for the answers. */
  settled(): Promise<void> {
    for (const offerId of [...this.#timers.keys()]) this.#go(offerId);
    return this.#sent;
  }

  #go(offerId: string) {
    clearTimeout(this.#timers.get(offerId));
    this.#timers.delete(offerId);
    this.#sent = this.#sent.then(async () => {
      const quantity = this.#wanted.get(offerId);
      if (quantity === undefined) return;
      try {
        await this.#send(offerId, quantity);
      } catch (problem) {
        this.#refused(problem);
      } finally {
        // Somebody may have gone on clicking: that is sent by a timer of its own.
        if (this.#wanted.get(offerId) === quantity && !this.#timers.has(offerId)) {
          const left = new Map(this.#wanted);
          left.delete(offerId);
          this.#set(left);
        }
      }
    });
  }

  #set(wanted: ReadonlyMap<string, number>) {
    this.#wanted = wanted;
    this.#changed(wanted);
  }
}
