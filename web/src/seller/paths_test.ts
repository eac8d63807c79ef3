import { expect, test } from "vitest";
import conf from "../../../deploy/native/nginx_shop.conf?raw";
import { ROUTES } from "./paths";

const ID = "01a22b80-8fca-7001-9f58-e168314d56bc";

test("nginx knows the same pages", () => {
  const [, written = ""] = /location ~ "(.*)" \{ # the seller's pages/.exec(conf) ?? [];
  const known = new RegExp(written.replace("(?<language>", "("));
  for (const route of Object.values(ROUTES)) {
    const path = `/en/seller${route.replace(/:\w+/g, ID)}`.replace(/\/$/, "");
    expect(path).toMatch(known);
  }
  for (const none of [
    "/en/sellers",
    "/de/seller",
    `/en/seller/${ID}/`,
    `/en/seller/${ID}/none`,
    "/en/seller/none",
  ])
    expect(none).not.toMatch(known);
});
