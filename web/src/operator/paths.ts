import type { operations } from "../api/schema";

export type Operation = keyof operations;
export type Group = "work" | "people" | "catalogue" | "trade" | "money" | "rules" | "control";
export type Place = { path: string; group: Group; needs?: Operation };

// Every page of the menu, and what whoever is to see it has to be allowed. Paths have neither the language nor /operator: the router puts
// both before them.
export const PLACES = {
  inbox: { path: "/", group: "work" },
  sellers: { path: "/sellers", group: "people", needs: "listSellersForOperators" },
  accounts: { path: "/accounts", group: "people", needs: "listAccounts" },
  roles: { path: "/roles", group: "people", needs: "listRoles" },
  keys: { path: "/api-keys", group: "people", needs: "listApiKeys" },
  products: { path: "/products", group: "catalogue", needs: "listProducts" },
  reports: { path: "/reports", group: "catalogue", needs: "listReports" },
  conversations: { path: "/conversations", group: "catalogue", needs: "listConversations" },
  categories: { path: "/categories", group: "catalogue", needs: "updateCategory" },
  searchRules: { path: "/search-rules", group: "catalogue", needs: "listSearchRules" },
  orders: { path: "/orders", group: "trade", needs: "listOrders" },
  checkouts: { path: "/checkouts", group: "trade", needs: "listStuckCheckouts" },
  returns: { path: "/returns", group: "trade", needs: "listReturns" },
  payments: { path: "/payments", group: "money", needs: "listPayments" },
  payouts: { path: "/payouts", group: "money", needs: "listPayouts" },
  ledger: { path: "/ledger", group: "money", needs: "listLedgerEntries" },
  findings: { path: "/findings", group: "money", needs: "listFindings" },
  commissions: { path: "/commissions", group: "rules", needs: "listCommissionRules" },
  coupons: { path: "/coupons", group: "rules", needs: "listCoupons" },
  taxes: { path: "/taxes", group: "rules", needs: "listTaxRates" },
  terms: { path: "/terms", group: "rules", needs: "publishTerms" },
  audit: { path: "/audit", group: "control", needs: "listAuditEvents" },
} as const satisfies Record<string, Place>;
export type PlaceName = keyof typeof PLACES;

export const GROUPS: readonly Group[] = ["work", "people", "catalogue", "trade", "money", "rules", "control"];

/** What of each is looked at by itself. */
export const ROUTES = {
  seller: "/sellers/:id",
  account: "/accounts/:id",
  product: "/products/:id",
  review: "/reviews/:id",
  conversation: "/conversations/:id",
  order: "/orders/:id",
  return: "/returns/:id",
  payout: "/payouts/:id",
  commission: "/commissions/:id",
} as const;

export const pathTo = {
  seller: (id: string) => `/sellers/${id}`,
  account: (id: string) => `/accounts/${id}`,
  product: (id: string) => `/products/${id}`,
  review: (id: string) => `/reviews/${id}`,
  conversation: (id: string) => `/conversations/${id}`,
  order: (id: string) => `/orders/${id}`,
  return: (id: string) => `/returns/${id}`,
  payout: (id: string) => `/payouts/${id}`,
  commission: (id: string) => `/commissions/${id}`,
};

/** A list, narrowed: what is empty is left out. */
export function pathToList(name: PlaceName, values: Readonly<Record<string, string>> = {}): string {
  const said = new URLSearchParams(Object.entries(values).filter(([, value]) => value));
  const query = said.toString();
  return PLACES[name].path + (query && `?${query}`);
}

/** The pages of the menu for whoever may do what `may` says. */
export function placesFor(may: (operation: Operation) => boolean): PlaceName[] {
  const isShown = (place: Place) => place.needs === undefined || may(place.needs);
  return (Object.keys(PLACES) as PlaceName[]).filter((name) => isShown(PLACES[name]));
}

/** Whether a page belongs to a place of the menu: that itself, or one of what it lists. */
export function isWithin(path: string, name: PlaceName): boolean {
  const place = PLACES[name].path;
  return place === "/" ? path === "/" : path === place || path.startsWith(`${place}/`);
}

/** What was written, as the list of orders is asked for it. */
export function searched(words: string): Readonly<Record<string, string>> {
  return words.includes("@") ? { email: words } : { number: words.toUpperCase() };
}
