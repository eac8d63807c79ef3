import { expect, test } from "vitest";
import { words as en } from "../../text/cart_en";
import { words as ru } from "../../text/cart_ru";
import { wayOf } from "./way";

test("how long it takes, as far as the shop says it", () => {
  expect(wayOf({ daysFrom: 2, daysTo: 4 }, en)).toBe("2–4 days");
  expect(wayOf({ daysFrom: 1, daysTo: 1 }, en)).toBe("1 day");
  expect(wayOf({ daysTo: 5 }, ru)).toBe("5 дней");
  expect(wayOf({ daysFrom: 1, daysTo: 21 }, ru)).toBe("1–21 день");
  expect(wayOf({ pickupPlace: "Lane 1" }, en)).toBe("Pick up: Lane 1");
  expect(wayOf({}, en)).toBe("");
});
