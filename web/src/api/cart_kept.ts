import { useEffect, useState } from "preact/hooks";

// A guest's cart is opened by a cookie that no script reads (ADR 51). What its pages have to remember is which one it is, and how many
// things are in it, so that the head of a page says so without asking anybody. An account's cart is asked for.
const NAME = "cart";

export const CART = ["mine", "cart"] as const;

export type KeptCart = { id: string; count: number };

const listeners = new Set<() => void>();

/** What of it can be trusted: storage is anybody's who opens the tools of the browser. */
export function readKept(written: string | null): KeptCart | undefined {
  try {
    const kept: unknown = JSON.parse(written ?? "null");
    if (typeof kept !== "object" || kept === null || !("id" in kept) || !("count" in kept)) return undefined;
    const { id, count } = kept;
    if (typeof id !== "string" || !/^[0-9a-f-]{36}$/.test(id)) return undefined;
    if (typeof count !== "number" || !Number.isSafeInteger(count) || count < 0) return undefined;
    return { id, count };
  } catch {
    return undefined;
  }
}

export function keptCart(): KeptCart | undefined {
  return readKept(localStorage.getItem(NAME));
}

export function keepCart(cart: KeptCart | undefined) {
  if (cart) localStorage.setItem(NAME, JSON.stringify(cart));
  else localStorage.removeItem(NAME);
  for (const listener of listeners) listener();
}

/** How many things a guest has in the cart of this browser; in other tabs, too. */
export function useKeptCount(): number {
  const [count, setCount] = useState(() => keptCart()?.count ?? 0);
  useEffect(() => {
    const look = () => setCount(keptCart()?.count ?? 0);
    listeners.add(look);
    addEventListener("storage", look);
    return () => {
      listeners.delete(look);
      removeEventListener("storage", look);
    };
  }, []);
  return count;
}
