import type { TermsKind, Wanted } from "../api/catalogue";

// Where everything is. Paths have no language: the router puts it before them (/en/search). deploy/native/nginx_shop.conf
// lists the same ones, and paths_test.ts holds the two together.
export const ROUTES = {
  home: "/",
  search: "/search",
  category: "/c/:slug",
  product: "/p/:id/:title?",
  shop: "/s/:id/:title?",
  signIn: "/sign-in",
  signUp: "/sign-up",
  account: "/account",
  orders: "/orders",
  order: "/orders/:id",
  cart: "/cart",
  checkout: "/checkout/:step",
  done: "/checkout/done/:id",
  terms: "/terms",
  termsOf: "/terms/:kind",
} as const;

/** What an order is made of, one after the other. */
export const STEPS = ["address", "delivery", "payment", "review"] as const;
export type Step = (typeof STEPS)[number];

/** What a search is about, as its URL says it. */
export type Filters = {
  words: string;
  shops: string;
  attributes: readonly string[];
  minPrice: number | undefined;
  maxPrice: number | undefined;
  inStock: boolean;
  stars: number | undefined;
  order: string;
};

export const ORDERS = ["relevance", "newest", "price", "-price", "rating"] as const;
export type SortOrder = (typeof ORDERS)[number];

export const NO_FILTERS: Filters = {
  words: "",
  shops: "",
  attributes: [],
  minPrice: undefined,
  maxPrice: undefined,
  inStock: false,
  stars: undefined,
  order: "",
};

function whole(text: string | null, most: number): number | undefined {
  if (!text || !/^\d{1,15}$/.test(text)) return undefined;
  return Math.min(Number(text), most);
}

/** Nothing in a URL is trusted: what is no filter is none. */
export function readFilters(query: string): Filters {
  const said = new URLSearchParams(query);
  const order = said.get("sort") ?? "";
  return {
    words: (said.get("q") ?? "").slice(0, 200),
    shops: said.get("shop") ?? "",
    attributes: said
      .getAll("a")
      .filter((one) => /^[^=]+=.+$/s.test(one))
      .slice(0, 20),
    minPrice: whole(said.get("min"), 1e12),
    maxPrice: whole(said.get("max"), 1e12),
    inStock: said.get("stock") === "1",
    stars: whole(said.get("stars"), 5),
    order: (ORDERS as readonly string[]).includes(order) ? order : "",
  };
}

/** The same filters give the same text, whatever came first. */
export function writeFilters(filters: Partial<Filters>): string {
  const said = new URLSearchParams();
  if (filters.words) said.set("q", filters.words);
  if (filters.shops) said.set("shop", filters.shops);
  for (const one of [...(filters.attributes ?? [])].sort()) said.append("a", one);
  if (filters.minPrice !== undefined) said.set("min", String(filters.minPrice));
  if (filters.maxPrice !== undefined) said.set("max", String(filters.maxPrice));
  if (filters.inStock) said.set("stock", "1");
  if (filters.stars) said.set("stars", String(filters.stars));
  if (filters.order) said.set("sort", filters.order);
  const text = said.toString();
  return text ? `?${text}` : "";
}

/** What the search is asked. Without words everything is found, the newest first. */
export function wantedOf(filters: Filters, within: { categoryId?: string; sellerId?: string }): Wanted {
  const sellerId = within.sellerId ?? filters.shops;
  return {
    ...(filters.words && { query: filters.words }),
    ...(within.categoryId && { categoryId: within.categoryId }),
    ...(sellerId && { sellerId }),
    ...(filters.attributes.length > 0 && { attributes: [...filters.attributes] }),
    ...(filters.minPrice !== undefined && { minPrice: filters.minPrice }),
    ...(filters.maxPrice !== undefined && { maxPrice: filters.maxPrice }),
    ...(filters.inStock && { inStock: true }),
    ...(filters.stars && { minRating: filters.stars }),
    orderBy: filters.order || (filters.words ? "relevance" : "newest"),
  };
}

/** "coffee-pot" of "Coffee pot!": for people who read the URL; nothing depends on it. */
export function slugOf(title: string): string {
  return title
    .toLowerCase()
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
}

function titled(base: string, title: string): string {
  const slug = slugOf(title);
  return slug ? `${base}/${encodeURIComponent(slug)}` : base;
}

export const pathTo = {
  home: () => "/",
  search: (filters: Partial<Filters> = {}) => `/search${writeFilters(filters)}`,
  category: (slug: string, filters: Partial<Filters> = {}) =>
    `/c/${encodeURIComponent(slug)}${writeFilters(filters)}`,
  product: (id: string, title: string) => titled(`/p/${id}`, title),
  shop: (id: string, name: string, filters: Partial<Filters> = {}) =>
    `${titled(`/s/${id}`, name)}${writeFilters(filters)}`,
  signIn: (from = "") => `/sign-in${from ? `?from=${encodeURIComponent(from)}` : ""}`,
  signUp: (from = "") => `/sign-up${from ? `?from=${encodeURIComponent(from)}` : ""}`,
  account: () => "/account",
  wishes: () => "/wishes",
  notifications: () => "/notifications",
  messages: () => "/messages",
  /** A first message: about a product, to a shop that has it; or about a shop's part of an order. */
  newMessage: (about: { sellerId: string; productId: string } | { sellerOrderId: string }) =>
    `/messages/new?${new URLSearchParams(about)}`,
  report: (productId: string) => `/report/${productId}`,
  orders: (state = "") => `/orders${state ? `?state=${state}` : ""}`,
  order: (id: string) => `/orders/${id}`,
  cart: () => "/cart",
  checkout: (step: Step) => `/checkout/${step}`,
  done: (id: string) => `/checkout/done/${id}`,
  terms: () => "/terms",
  termsOf: (kind: TermsKind) => `/terms/${kind.toLowerCase()}`,
};

/** Where to go after signing in: a path of ours, or home. */
export function backTo(query: string): string {
  const from = new URLSearchParams(query).get("from") ?? "";
  return /^\/(?!\/)[^\\]*$/.test(from) ? from : "/";
}
