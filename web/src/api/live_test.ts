import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLive, followOrder, type News } from "./live";

const CLOSED = 2;

class Stream extends EventTarget {
  readyState = 1;
  closed = false;
  close() {
    this.closed = true;
  }
  tell(kind: string, data: object = {}) {
    this.dispatchEvent(new MessageEvent(kind, { data: JSON.stringify(data) }));
  }
  refuse() {
    this.readyState = CLOSED;
    this.dispatchEvent(new Event("error"));
  }
}

/** A browser with several tabs: one lock, one channel. */
class Browser {
  streams: Stream[] = [];
  #waiting: (() => void)[] = [];
  #held = false;
  #channels = new Set<{ onmessage: ((event: MessageEvent<News>) => void) | null }>();
  renew = vi.fn(() => Promise.resolve());
  tokenEnd = vi.fn((): number | undefined => undefined);

  tab() {
    return createLive({
      open: () => {
        const stream = new Stream();
        this.streams.push(stream);
        return stream as unknown as EventSource;
      },
      channel: () => {
        const channels = this.#channels;
        const own = {
          onmessage: null as ((event: MessageEvent<News>) => void) | null,
          postMessage: (data: News) => {
            for (const one of channels)
              if (one !== own) one.onmessage?.(new MessageEvent("message", { data }));
          },
          close: () => channels.delete(own),
        };
        channels.add(own);
        return own;
      },
      locks: { request: this.#request as LockManager["request"] },
      renew: this.renew,
      tokenEnd: this.tokenEnd,
    });
  }

  readonly #request = async (
    _: string,
    options: { ifAvailable?: boolean; signal?: AbortSignal },
    act: (lock: object | null) => unknown,
  ) => {
    if (this.#held && options.ifAvailable) return act(null);
    if (this.#held)
      await new Promise<void>((go, give) => {
        this.#waiting.push(go);
        options.signal?.addEventListener("abort", () => give(new Error("aborted")));
      });
    this.#held = true;
    try {
      return await act({});
    } finally {
      this.#held = false;
      this.#waiting.shift()?.();
    }
  };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", { CLOSED });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("an order is asked for when it has changed, or nobody knows; not when another one has", async () => {
  const one = new Browser();
  const tab = one.tab();
  const changed = vi.fn();
  followOrder("mine", changed, tab.follow);
  await settle();
  const [stream] = one.streams;
  stream?.tell("begin");
  stream?.tell("order", { orderId: "other" });
  stream?.tell("message", { orderId: "mine" });
  expect(changed).toHaveBeenCalledTimes(0);
  stream?.tell("order", { orderId: "mine", state: "SHIPPED" });
  stream?.tell("notification", { orderId: "mine" });
  stream?.tell("reset");
  expect(changed).toHaveBeenCalledTimes(3);
});

test("all tabs have one stream, and the next one opens its own when the first has gone", async () => {
  const one = new Browser();
  const told = [vi.fn(), vi.fn()];
  const ends = [one.tab().follow((news) => told[0]?.(news)), one.tab().follow((news) => told[1]?.(news))];
  await settle();
  expect(one.streams.length).toBe(1);
  one.streams[0]?.tell("begin");
  one.streams[0]?.tell("notification", { orderId: "o" });
  for (const each of told) expect(each.mock.calls).toEqual([[{ kind: "notification", orderId: "o" }]]);
  ends[0]?.();
  await settle();
  expect([one.streams.length, one.streams[0]?.closed]).toEqual([2, true]);
  // What came between the two nobody knows.
  one.streams[1]?.tell("begin");
  expect([told[0]?.mock.calls.length, told[1]?.mock.lastCall]).toEqual([1, [{ kind: "reset" }]]);
  ends[1]?.();
  expect(one.streams[1]?.closed).toBe(true);
});

test("a stream that is refused is tried again later each time, with a token; what pauses comes back by itself", async () => {
  const one = new Browser();
  const told = vi.fn();
  one.tab().follow(told);
  await settle();
  one.streams[0]?.dispatchEvent(new Event("error"));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(one.streams.length).toBe(1);
  one.streams[0]?.refuse();
  await vi.advanceTimersByTimeAsync(5_000);
  expect([one.streams.length, one.renew.mock.calls.length]).toEqual([2, 1]);
  one.streams[1]?.refuse();
  await vi.advanceTimersByTimeAsync(9_999);
  expect(one.streams.length).toBe(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(one.streams.length).toBe(3);
  expect(told).toHaveBeenCalledTimes(0);
  one.streams[2]?.dispatchEvent(new Event("open"));
  one.streams[2]?.tell("begin");
  expect(told.mock.calls).toEqual([[{ kind: "reset" }]]);
  one.streams[2]?.refuse();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(one.streams.length).toBe(4);
});

test("without a token nothing is opened, and nothing is asked more than once in five minutes at last", async () => {
  const one = new Browser();
  one.tab().follow(() => {});
  await settle();
  one.renew.mockImplementation(() => Promise.reject(new Error("offline")));
  one.streams[0]?.refuse();
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(one.streams.length).toBe(1);
  expect(one.renew.mock.calls.length).toBeLessThan(20);
});

test("the token is renewed before a stream would end with it", async () => {
  const one = new Browser();
  one.tokenEnd.mockReturnValue(Date.now() / 1000 + 600);
  one.tab().follow(() => {});
  await settle();
  one.streams[0]?.dispatchEvent(new Event("open"));
  await vi.advanceTimersByTimeAsync(554_000);
  expect(one.renew).toHaveBeenCalledTimes(0);
  one.tokenEnd.mockReturnValue(Date.now() / 1000 + 646);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(one.renew).toHaveBeenCalledTimes(1);
});

test("somebody else who signs in hears of what is theirs", async () => {
  const one = new Browser();
  const tab = one.tab();
  const end = tab.follow(() => {});
  await settle();
  tab.again();
  await settle();
  expect([one.streams.length, one.streams[0]?.closed, one.streams[1]?.closed]).toEqual([2, true, false]);
  end();
  tab.again();
  await settle();
  expect(one.streams.length).toBe(2);
});

test("who has gone is told nothing more, and opens nothing", async () => {
  const one = new Browser();
  const end = one.tab().follow(() => {});
  await settle();
  one.streams[0]?.refuse();
  end();
  await vi.advanceTimersByTimeAsync(600_000);
  expect([one.streams.length, one.streams[0]?.closed]).toEqual([1, true]);
});
