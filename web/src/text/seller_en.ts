import { pluralIn } from "./plural";

const plural = pluralIn("en");

// What every page of a shop's console needs, and its first ones.
export const words = {
  console: "Your shops",
  notYours: "The link may be old, or this page is not for your role in the shop.",
  back: "Back",
  choose: "Which shop?",
  otherShop: "Another shop",
  noShop: "You are in no shop yet",
  noShopHint: "Open one, or ask an owner to invite you.",
  openShop: "Open a shop",
  role: { owner: "You own it", manager: "You manage it", staff: "You work there" } as Readonly<
    Record<string, string>
  >,
  state: { PENDING: "Being checked", ACTIVE: "Open", SUSPENDED: "Suspended", CLOSED: "Closed" },
  shopState: {
    PENDING: "We are looking at this shop. You can prepare everything; buyers see it once it is approved.",
    SUSPENDED: "This shop is suspended: nothing of it can be bought. The mail that we sent says why.",
    CLOSED: "This shop is closed for good.",
  },
  group: { sales: "Sales", goods: "Goods", shop: "Shop" },
  page: {
    dashboard: "Overview",
    orders: "Orders",
    returns: "Returns",
    messages: "Messages",
    reviews: "Reviews",
    products: "Products",
    stock: "Stock",
    imports: "Import and export",
    coupons: "Coupons",
    delivery: "Delivery",
    team: "Team",
    keys: "API keys",
    settings: "Settings",
  },
  act: "Do",
  newProduct: "New product",
  findOrder: (number: string) => `Order ${number}`,
  toAccept: "Orders to accept",
  toSend: "Orders to send",
  toAnswer: "Returns to answer",
  toRead: "Messages to read",
  unknown: "–",
  moreThan: (count: number) => `${count}+`,
  sales: "Sales",
  salesByDay: "Sales by day, less what was refunded",
  span: "Time",
  days: (count: number) => plural(count, { one: "Last # day", other: "Last # days" }),
  day: "Day",
  net: "Net of refunds",
  refunded: "Refunded",
  orders: "Orders",
  units: "Units",
  low: "Low stock",
  lowNone: (count: number) => `Of nothing ${count} or less are left.`,
  lowOfNewest: (count: number) => `Among the newest ${count} products.`,
  product: "Product",
  sku: "SKU",
  left: "Left",
};

export const reasons = {
  PERMISSION_DENIED: "Your role in this shop does not allow that.",
  SELLER_NOT_ACTIVE: "The shop is not open: that has to wait until it is.",
  ETAG_MISMATCH: "Somebody has changed it meanwhile.",
  ILLEGAL_TRANSITION:
    "That is not possible any more: it has moved on meanwhile. The page shows how it stands now.",
  LIMIT_REACHED: "There are as many as there can be.",
  IDEMPOTENCY_KEY_REUSED: "That was asked for already, in other words. Load the page again.",
};
