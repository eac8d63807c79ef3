import { type Language, useText } from "./messages";
import { moreReasons } from "./reasons";

// The texts of pages that not everybody goes to come with those pages: they are no part of a first visit.
const shop = {
  account: { en: () => import("./account_en"), ru: () => import("./account_ru") },
  addresses: { en: () => import("./addresses_en"), ru: () => import("./addresses_ru") },
  cart: { en: () => import("./cart_en"), ru: () => import("./cart_ru") },
  checkout: { en: () => import("./checkout_en"), ru: () => import("./checkout_ru") },
  enter: { en: () => import("./enter_en"), ru: () => import("./enter_ru") },
  letters: { en: () => import("./letters_en"), ru: () => import("./letters_ru") },
  notices: { en: () => import("./notices_en"), ru: () => import("./notices_ru") },
  orders: { en: () => import("./orders_en"), ru: () => import("./orders_ru") },
  paying: { en: () => import("./paying_en"), ru: () => import("./paying_ru") },
  returning: { en: () => import("./returning_en"), ru: () => import("./returning_ru") },
  reviewing: { en: () => import("./reviewing_en"), ru: () => import("./reviewing_ru") },
  security: { en: () => import("./security_en"), ru: () => import("./security_ru") },
  selling: { en: () => import("./selling_en"), ru: () => import("./selling_ru") },
  wishes: { en: () => import("./wishes_en"), ru: () => import("./wishes_ru") },
} as const;
// Of the consoles: a first visit to the shop does without even their names.
const consoles = {
  assortment: { en: () => import("./assortment_en"), ru: () => import("./assortment_ru") },
  console: { en: () => import("./console_en"), ru: () => import("./console_ru") },
  fulfilment: { en: () => import("./fulfilment_en"), ru: () => import("./fulfilment_ru") },
  money: { en: () => import("./money_en"), ru: () => import("./money_ru") },
  op_content: { en: () => import("./op_content_en"), ru: () => import("./op_content_ru") },
  op_control: { en: () => import("./op_control_en"), ru: () => import("./op_control_ru") },
  op_money: { en: () => import("./op_money_en"), ru: () => import("./op_money_ru") },
  op_orders: { en: () => import("./op_orders_en"), ru: () => import("./op_orders_ru") },
  op_people: { en: () => import("./op_people_en"), ru: () => import("./op_people_ru") },
  op_returns: { en: () => import("./op_returns_en"), ru: () => import("./op_returns_ru") },
  op_rules: { en: () => import("./op_rules_en"), ru: () => import("./op_rules_ru") },
  op_shops: { en: () => import("./op_shops_en"), ru: () => import("./op_shops_ru") },
  operator: { en: () => import("./operator_en"), ru: () => import("./operator_ru") },
  seller: { en: () => import("./seller_en"), ru: () => import("./seller_ru") },
  shopkeeping: { en: () => import("./shopkeeping_en"), ru: () => import("./shopkeeping_ru") },
} as const;
const sources = (import.meta.env.MODE === "shop" ? shop : { ...shop, ...consoles }) as typeof shop &
  typeof consoles;

export type RoomName = keyof typeof sources;
type Rooms = { [R in RoomName]: Awaited<ReturnType<(typeof sources)[R]["en"]>>["words"] };
type Loaded = { words: object; reasons?: Readonly<Record<string, string>> };

const known: Partial<Record<RoomName, object>> = {};

/** Fetches the texts of rooms, before a page that says them is shown. */
export async function learn(...names: readonly RoomName[]): Promise<void> {
  const language: Language = document.documentElement.lang === "ru" ? "ru" : "en";
  await Promise.all(
    names.map(async (name) => {
      const { words, reasons }: Loaded = await sources[name][language]();
      known[name] = words;
      Object.assign(moreReasons, reasons);
    }),
  );
}

/** A page, once it and the texts of its rooms are there. */
export async function learned<T>(page: Promise<T>, ...names: readonly RoomName[]): Promise<T> {
  const [room] = await Promise.all([page, learn(...names)]);
  return room;
}

/** The words of a room that was learned, beside those of every page. */
export function useWords<R extends RoomName>(name: R) {
  const words = known[name];
  if (!words) throw new Error(`nobody has learned the texts of ${name}`);
  return { ...useText(), said: words as Rooms[R] };
}
