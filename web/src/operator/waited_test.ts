import { expect, test } from "vitest";
import { between, dayStart, isLate, waited } from "./waited";

const now = Date.parse("2026-11-30T12:00:00Z");

test("how long something waits is said in its largest unit", () => {
  expect(waited("2026-11-27T11:00:00Z", "en", now)).toBe("3 days");
  expect(waited("2026-11-30T10:30:00Z", "en", now)).toBe("1 hour");
  expect(waited("2026-11-30T11:59:59Z", "en", now)).toBe("1 minute");
  expect(waited("2026-11-28T11:00:00Z", "ru", now)).toBe("2 дня");
  expect(isLate("2026-11-29T11:59:00Z", now)).toBe(true);
  expect(isLate("2026-11-29T12:01:00Z", now)).toBe(false);
});

test("a span of days has both of them", () => {
  const { createTimeFrom, createTimeTo } = between("2026-11-30", "2026-11-30");
  expect(Date.parse(createTimeTo ?? "") - Date.parse(createTimeFrom ?? "")).toBe(86_400_000);
  expect(between("", "tomorrow")).toEqual({});
  expect(new Date(dayStart("2026-12-31", 1)).getFullYear()).toBe(2027);
});
