// Whether this browser gets to the marketplace: it tells by itself when it has no network at all, and each question that nobody answers says
// so as well.

type Listener = (isReached: boolean) => void;

const listeners = new Set<Listener>();
let reached = true;

/** What has come of the last question. */
export function sayReached(is: boolean) {
  if (is === reached) return;
  reached = is;
  for (const listener of listeners) listener(is);
}

export const isReached = () => reached;

export function onReach(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Asks for next to nothing, to see whether anybody answers. */
export async function reach(ask: typeof fetch = fetch): Promise<boolean> {
  try {
    await ask("/robots.txt", { cache: "no-store" });
    sayReached(true);
  } catch {
    sayReached(false);
  }
  return reached;
}
