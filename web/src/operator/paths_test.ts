import { permissions } from "virtual:contract";
import { expect, test } from "vitest";
import conf from "../../../deploy/native/nginx_shop.conf?raw";
import {
  isWithin,
  PLACES,
  type Place,
  type PlaceName,
  pathToList,
  placesFor,
  ROUTES,
  searched,
} from "./paths";

const ID = "01a22b80-8fca-7001-9f58-e168314d56bc";
const names = Object.keys(PLACES) as PlaceName[];

test("nginx knows the same pages", () => {
  const known = /location ~ "(.*)" \{ # the operators' pages/.exec(conf)?.[1] ?? "^$";
  const pattern = new RegExp(known.replace("(?<language>", "("));
  const paths = [...names.map((name) => PLACES[name].path), ...Object.values(ROUTES)];
  for (const path of paths.map((one) => one.replace(":id", ID)))
    for (const language of ["en", "ru"]) expect(`/${language}/operator${path}`).toMatch(pattern);
  expect("/en/operator").toMatch(pattern);
  for (const path of ["/none", "/sellers/x", `/audit/${ID}`, "/reviews"])
    expect(`/en/operator${path}`).not.toMatch(pattern);
});

test("each page of the menu says what it needs, and the contract knows it; but for the inbox, which has what one may", () => {
  for (const name of names) {
    const { needs }: Place = PLACES[name];
    if (name === "inbox") expect(needs).toBeUndefined();
    else expect(permissions[needs ?? ""]).toMatch(/^[a-z_]+\.[a-z]+$/);
  }
});

test("a menu has what one may, and nothing else", () => {
  expect(placesFor(() => true)).toEqual(names);
  expect(placesFor((operation) => operation === "listAuditEvents")).toEqual(["inbox", "audit"]);
});

test("a page belongs to the place that lists it", () => {
  expect(isWithin(`/orders/${ID}`, "orders")).toBe(true);
  expect(isWithin("/", "inbox")).toBe(true);
  expect(isWithin("/orders", "inbox")).toBe(false);
});

test("what is written is looked for as what it is", () => {
  expect(pathToList("orders", searched("ada@example.test"))).toBe("/orders?email=ada%40example.test");
  expect(pathToList("orders", searched("m-17"))).toBe("/orders?number=M-17");
  expect(pathToList("orders")).toBe("/orders");
});
