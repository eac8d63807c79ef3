import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { followOrder } from "./live";

const CLOSED = 2;

class Stream extends EventTarget {
  readyState = 1;
  closed = false;
  close() {
    this.closed = true;
  }
  tell(kind: string, data?: object) {
    this.dispatchEvent(new MessageEvent(kind, { data: data && JSON.stringify(data) }));
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", { CLOSED });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function follow() {
  const streams: Stream[] = [];
  const changed = vi.fn();
  const end = followOrder("mine", changed, () => {
    const stream = new Stream();
    streams.push(stream);
    return stream as unknown as EventSource;
  });
  return { streams, changed, end };
}

test("an order is asked for when it has changed, or nobody knows; not when another one has", () => {
  const { streams, changed } = follow();
  streams[0]?.tell("order", { orderId: "other" });
  streams[0]?.tell("begin", {});
  expect(changed).toHaveBeenCalledTimes(0);
  streams[0]?.tell("order", { orderId: "mine", state: "SHIPPED" });
  streams[0]?.tell("reset", {});
  expect(changed).toHaveBeenCalledTimes(2);
});

test("a stream that has ended with its token is followed by another; one that only paused is not", () => {
  const { streams, changed } = follow();
  const [first] = streams;
  first?.dispatchEvent(new Event("error"));
  vi.advanceTimersByTime(10_000);
  expect(streams.length).toBe(1);
  if (first) first.readyState = CLOSED;
  first?.dispatchEvent(new Event("error"));
  vi.advanceTimersByTime(5_000);
  expect([streams.length, changed.mock.calls.length]).toEqual([2, 1]);
});

test("who has gone is told nothing more", () => {
  const { streams, end } = follow();
  const [first] = streams;
  if (first) first.readyState = CLOSED;
  first?.dispatchEvent(new Event("error"));
  end();
  vi.advanceTimersByTime(60_000);
  expect([streams.length, first?.closed]).toEqual([1, true]);
});
