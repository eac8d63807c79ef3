import { expect, test } from "vitest";
import written from "../../../deploy/native/nginx_pages.conf?raw";
import conf from "../../../deploy/native/nginx_shop.conf?raw";
import { MEMBER_ROUTES } from "./members/paths";
import { backTo, NO_FILTERS, pathTo, ROUTES, readFilters, slugOf, wantedOf, writeFilters } from "./paths";

const ID = "01a22b80-8fca-7001-9f58-e168314d56bc";

test("what is written into a URL is read from it", () => {
  const filters = {
    words: "tea & pots",
    shops: ID,
    attributes: ["colour=blue", "size=M=L"],
    minPrice: 100,
    maxPrice: 5000,
    inStock: true,
    stars: 4,
    order: "-price",
  };
  expect(readFilters(writeFilters(filters))).toEqual(filters);
  expect(readFilters("")).toEqual(NO_FILTERS);
  expect(writeFilters(NO_FILTERS)).toBe("");
});

test("what is no filter is none", () => {
  expect(readFilters("?min=-1&max=1e3&a=colour&stars=99&sort=name&stock=yes")).toEqual({
    ...NO_FILTERS,
    stars: 5,
  });
});

test("without words the newest come first, and a shop's page asks for that shop", () => {
  expect(wantedOf(NO_FILTERS, {})).toEqual({ orderBy: "newest" });
  expect(wantedOf({ ...NO_FILTERS, words: "tea", shops: "other" }, { sellerId: ID })).toEqual({
    query: "tea",
    sellerId: ID,
    orderBy: "relevance",
  });
});

test("titles become readable paths in any script", () => {
  expect(slugOf(" Coffee pot, 0.5 l! ")).toBe("coffee-pot-0-5-l");
  expect(pathTo.product(ID, "Чай")).toBe(`/p/${ID}/%D1%87%D0%B0%D0%B9`);
  expect(pathTo.product(ID, "!!!")).toBe(`/p/${ID}`);
});

test("signing in leads back to pages of ours only", () => {
  expect(backTo("?from=%2Forders%3Fa%3D1")).toBe("/orders?a=1");
  for (const foreign of [
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "",
  ])
    expect(backTo(`?from=${encodeURIComponent(foreign)}`)).toBe("/");
});

test("nginx knows the same pages", () => {
  const known = [...conf.matchAll(/location ~ "(.*)" \{ # the pages/g)].map(([, each = ""]) => each);
  const pattern = new RegExp(known.join("|").replaceAll("(?<language>", "("));
  const samples = {
    ":slug": "tea",
    ":id": ID,
    "/:title?": "/a-title",
    ":kind": "privacy",
    ":step": "review",
  };
  for (const route of [...Object.values(ROUTES), ...Object.values(MEMBER_ROUTES)]) {
    const path = Object.entries(samples).reduce(
      (text, [name, value]) => text.replace(name, value),
      route as string,
    );
    expect(`/en${path}`).toMatch(pattern);
    expect(`/ru${path}`).toMatch(pattern);
  }
  for (const path of [
    "/en/none",
    "/de/",
    "/en/p/x",
    `/en/p/${ID}/a/b`,
    "/en/orders/a/b",
    "/en/checkout/",
    "/en/checkout/done",
    "/en/c/",
    "/en/messages/a",
    "/en/account/none",
  ])
    expect(path).not.toMatch(pattern);
});

test("nginx passes on those that the gateway writes, and no others", () => {
  const pattern = new RegExp(
    (/location ~ "(.*)" \{ # the public pages/.exec(written)?.[1] ?? "^$").replace("(?<language>", "("),
  );
  const paths = (...of: string[]) => of.flatMap((path) => [`/en${path}`, `/ru${path}`]);
  for (const path of paths("/", "/search", "/c/tea", `/p/${ID}`, `/p/${ID}/a-title`, `/s/${ID}/a-name`))
    expect(path).toMatch(pattern);
  for (const path of paths(
    "",
    "/sign-in",
    "/account",
    "/orders",
    `/orders/${ID}`,
    "/terms",
    "/wishes",
    "/messages",
    "/c/",
    "/c/a/b",
    "/none",
  ))
    expect(path).not.toMatch(pattern);
});
