import { expect, test } from "vitest";
import { spelt } from "./kept";

test("a question has one spelling", () => {
  const url =
    "https://shop.example/v1/products?language=en&facets=true&attributes=b%3D1&attributes=a%3D2&query=two%20words";
  expect(spelt(url)).toBe(
    "/v1/products?attributes=b%3D1&attributes=a%3D2&facets=true&language=en&query=two+words",
  );
  expect(spelt("https://shop.example/v1/sellers/1")).toBe("/v1/sellers/1");
});
