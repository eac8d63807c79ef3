const AGAIN_MS = 5_000;

type Source = Pick<EventSource, "addEventListener" | "close" | "readyState">;

/** Tells when something about an order has changed, for as long as nobody ends it (ADR 37). A stream ends with its token; whoever is told then
 * asks for the order, which renews it, and the next stream begins. */
export function followOrder(
  orderId: string,
  changed: () => void,
  open: () => Source = () => new EventSource("/v1/events:stream"),
): () => void {
  let source: Source | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const isOurs = (data: unknown) => {
    try {
      const event: unknown = JSON.parse(String(data));
      return typeof event === "object" && event !== null && "orderId" in event && event.orderId === orderId;
    } catch {
      return false;
    }
  };
  const begin = () => {
    const stream = open();
    source = stream;
    stream.addEventListener("order", (event) => {
      if (event instanceof MessageEvent && isOurs(event.data)) changed();
    });
    // Nobody knows what was missed.
    stream.addEventListener("reset", changed);
    stream.addEventListener("error", () => {
      // The browser comes back by itself, but gives up for good where it is refused.
      if (stream.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(() => {
        changed();
        begin();
      }, AGAIN_MS);
    });
  };
  begin();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}
