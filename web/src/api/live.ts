import { asMember, endOfToken, onSession } from "./session";

/** What has changed of what is somebody's own; `reset`: nobody knows what, so all that is shown may be another. */
export type News = {
  kind: "order" | "notification" | "message" | "reset";
  orderId?: string;
  conversationId?: string;
};
type Listener = (news: News) => void;

const KINDS = ["order", "notification", "message"] as const;
// A stream that is refused is tried again after this, then after twice as long each time.
const AGAIN_MS = 5_000;
const LONGEST_MS = 300_000;
// A stream ends with its token: with the next one there already it goes on where it was (ADR 37).
const RENEW_BEFORE_MS = 45_000;

type Source = Pick<EventSource, "addEventListener" | "close" | "readyState">;
type Channel = Pick<BroadcastChannel, "postMessage" | "close"> & {
  onmessage: ((event: MessageEvent<News>) => void) | null;
};
type Outside = {
  open: () => Source;
  channel: () => Channel;
  locks: Pick<LockManager, "request">;
  /** A token that is good for a while; throws where there is none. */
  renew: () => Promise<void>;
  tokenEnd: () => number | undefined;
};

const browser: Outside = {
  open: () => new EventSource("/v1/events:stream"),
  channel: () => new BroadcastChannel("live"),
  get locks() {
    return navigator.locks;
  },
  renew: () => asMember(() => Promise.resolve()),
  tokenEnd: () => endOfToken(),
};

function newsOf(kind: News["kind"], data: unknown): News {
  try {
    const said: unknown = JSON.parse(String(data));
    const at = (name: string) =>
      typeof said === "object" && said !== null ? (said as Record<string, unknown>)[name] : undefined;
    const orderId = at("orderId");
    const conversationId = at("conversationId");
    return {
      kind,
      ...(typeof orderId === "string" && { orderId }),
      ...(typeof conversationId === "string" && { conversationId }),
    };
  } catch {
    return { kind: "reset" };
  }
}

/** One stream after the other, for as long as nobody ends it. */
function streamed(outside: Outside, isLate: boolean, tell: Listener): () => void {
  let source: Source | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let renewal: ReturnType<typeof setTimeout> | undefined;
  let fails = 0;
  let isMissed = isLate;
  let isOver = false;
  const keepToken = () => {
    clearTimeout(renewal);
    const end = outside.tokenEnd();
    if (end === undefined) return;
    const left = end * 1000 - Date.now() - RENEW_BEFORE_MS;
    renewal = setTimeout(() => void outside.renew().then(keepToken, () => {}), Math.max(left, AGAIN_MS));
  };
  const begin = () => {
    const stream = outside.open();
    source = stream;
    for (const kind of KINDS)
      stream.addEventListener(kind, (event) => {
        if (event instanceof MessageEvent) tell(newsOf(kind, event.data));
      });
    stream.addEventListener("reset", () => tell({ kind: "reset" }));
    stream.addEventListener("begin", () => {
      if (isMissed) tell({ kind: "reset" });
      isMissed = false;
    });
    stream.addEventListener("open", () => {
      fails = 0;
      keepToken();
    });
    stream.addEventListener("error", () => {
      // The browser comes back by itself, and says what it heard last; but it gives up for good where it is refused.
      if (isOver || stream.readyState !== EventSource.CLOSED) return;
      isMissed = true;
      later();
    });
  };
  const later = () => {
    timer = setTimeout(
      () =>
        outside.renew().then(
          () => isOver || begin(),
          () => isOver || later(),
        ),
      Math.min(AGAIN_MS * 2 ** fails++, LONGEST_MS),
    );
  };
  begin();
  return () => {
    isOver = true;
    clearTimeout(timer);
    clearTimeout(renewal);
    source?.close();
  };
}

/** Tells listeners in every tab from the one stream of this browser: of an account there are only some (`http.event_streams_*`), and of a browser
 * to one host as well. The tab that has the lock has the stream; when it goes, the next one opens its own. */
export function createLive(outside: Outside = browser) {
  const listeners = new Set<Listener>();
  let end: (() => void) | undefined;
  const tell: Listener = (news) => {
    for (const listener of [...listeners]) listener(news);
  };
  const start = () => {
    const channel = outside.channel();
    channel.onmessage = ({ data }) => tell(data);
    const stopped = new AbortController();
    const lead = (isLate: boolean) =>
      new Promise<void>((done) => {
        if (stopped.signal.aborted) return done();
        const close = streamed(outside, isLate, (news) => {
          channel.postMessage(news);
          tell(news);
        });
        stopped.signal.addEventListener("abort", () => {
          close();
          done();
        });
      });
    const wait = async () => {
      const isOurs = await outside.locks.request("live", { ifAvailable: true }, async (lock) => {
        if (lock) await lead(false);
        return lock !== null;
      });
      // What came while it went from one tab to another nobody knows.
      if (!isOurs && !stopped.signal.aborted)
        await outside.locks.request("live", { signal: stopped.signal }, () => lead(true));
    };
    void wait().catch(() => {});
    return () => {
      stopped.abort();
      channel.close();
    };
  };
  const stop = () => {
    end?.();
    end = undefined;
  };
  return {
    /** Tells the news until it is ended. */
    follow(listener: Listener): () => void {
      listeners.add(listener);
      end ??= start();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) stop();
      };
    },
    /** Whoever listens is somebody else by now: what is told is told to them. */
    again() {
      stop();
      if (listeners.size > 0) end = start();
    },
  };
}

const live = createLive();
onSession((news) => news === "signed-in" && live.again());

export const follow = live.follow;

/** Tells when something about an order has changed, or may have. */
export function followOrder(orderId: string, changed: () => void, from: typeof follow = follow): () => void {
  return from((news) => {
    if (news.kind === "reset" || (news.kind !== "message" && news.orderId === orderId)) changed();
  });
}
