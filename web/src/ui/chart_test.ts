import { expect, test } from "vitest";
import { barsOf, roundUp } from "./chart_scale";

test("a scale ends at a round number", () => {
  expect([0, 1, 7, 10, 11, 49, 51, 1234].map(roundUp)).toEqual([1, 1, 10, 10, 20, 50, 100, 2000]);
});

test("bars fill their room and stand on its ground", () => {
  expect(barsOf([0, 5, 10], 30, 100)).toEqual([
    { x: 1, y: 100, width: 8, height: 0 },
    { x: 11, y: 50, width: 8, height: 50 },
    { x: 21, y: 0, width: 8, height: 100 },
  ]);
  expect(barsOf([], 30, 100)).toEqual([]);
});
