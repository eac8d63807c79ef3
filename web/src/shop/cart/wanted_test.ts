import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Cart, CartItem } from "../../api/cart";
import { Wanted, withWanted } from "./wanted";

const euro = (amount: number) => ({ amount, currency: "EUR" });
const item = (offerId: string, more: Partial<CartItem> = {}): CartItem => ({
  offerId,
  options: {},
  quantity: 1,
  state: "AVAILABLE",
  available: 3,
  unitPrice: euro(500),
  total: euro(500),
  ...more,
});
const cart = (...items: CartItem[]): Cart => ({
  id: "cart",
  currency: "EUR",
  items,
  total: euro(500 * items.length),
  deliveryChoices: [],
  couponCodes: [],
  createTime: "",
  updateTime: "",
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("what is wanted shows at once, with its price", () => {
  const shown = withWanted(cart(item("a"), item("b")), new Map([["a", 3]]));
  expect(shown.items.map((one) => [one.quantity, one.total?.amount])).toEqual([
    [3, 1500],
    [1, 500],
  ]);
  expect(shown.total).toEqual(euro(2000));
});

test("more than there are has no price, and fewer have one again", () => {
  const more = withWanted(cart(item("a"), item("b")), new Map([["a", 4]]));
  expect(more.items[0]).toMatchObject({ state: "LESS_LEFT", quantity: 4 });
  expect(more.total).toEqual(euro(500));
  expect(withWanted(more, new Map([["a", 2]])).total).toEqual(euro(1500));
});

test("nothing of it is out of the cart; of an empty cart there is no total", () => {
  const shown = withWanted(cart(item("a")), new Map([["a", 0]]));
  expect(shown.items).toEqual([]);
  expect(shown.total).toBeUndefined();
});

test("five clicks are one request, with the last number", async () => {
  const sent: [string, number][] = [];
  const shown: number[] = [];
  const wanted = new Wanted(
    async (...one) => void sent.push(one),
    (now) => shown.push(now.get("a") ?? -1),
    () => {},
  );
  for (let quantity = 2; quantity <= 6; quantity += 1) wanted.want("a", quantity);
  expect(shown).toEqual([2, 3, 4, 5, 6]);
  await vi.advanceTimersByTimeAsync(399);
  expect(sent).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(sent).toEqual([["a", 6]]);
  expect(shown.at(-1)).toBe(-1);
});

test("what is refused does not count any more, and others go on", async () => {
  const sent: string[] = [];
  let now: ReadonlyMap<string, number> = new Map();
  const refused: unknown[] = [];
  const wanted = new Wanted(
    async (offerId) => {
      sent.push(offerId);
      if (offerId === "a") throw new Error("a");
    },
    (next) => {
      now = next;
    },
    (problem) => refused.push(String(problem)),
  );
  wanted.want("a", 2);
  wanted.want("b", 2);
  await wanted.settled();
  expect([sent, refused, now.size]).toEqual([["a", "b"], ["Error: a"], 0]);
});

test("who clicks while a request is under way sends once more", async () => {
  const sent: number[] = [];
  let answer = () => {};
  const wanted = new Wanted(
    async (_, quantity) => {
      sent.push(quantity);
      if (sent.length === 1) await new Promise<void>((done) => (answer = done));
    },
    () => {},
    () => {},
  );
  wanted.want("a", 2);
  await vi.advanceTimersByTimeAsync(400);
  wanted.want("a", 3);
  answer();
  await vi.advanceTimersByTimeAsync(400);
  expect(sent).toEqual([2, 3]);
});
