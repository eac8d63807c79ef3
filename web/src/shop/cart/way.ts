import type { words } from "../../text/cart_en";

type Way = { daysFrom?: number; daysTo?: number; pickupPlace?: string };

/** "2–4 days", or where it is picked up: what a shop says of a way of sending. */
export function wayOf(way: Way, said: typeof words): string {
  const { daysFrom, daysTo, pickupPlace } = way;
  const last = daysTo ?? daysFrom;
  const days =
    last === undefined || last === 0
      ? ""
      : daysFrom === undefined || daysFrom === last
        ? said.day(last)
        : said.days(String(daysFrom), last);
  return [pickupPlace && said.pickup(pickupPlace), days].filter(Boolean).join(", ");
}
