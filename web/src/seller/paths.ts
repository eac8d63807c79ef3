// Where everything of a shop is, below /<language>/seller. deploy/native/nginx_shop.conf lists the same pages, and paths_test.ts holds the two
// together.
export const ROUTES = {
  choice: "/",
  dashboard: "/:shop",
  orders: "/:shop/orders",
  order: "/:shop/orders/:id",
  slip: "/:shop/orders/:id/slip",
  returns: "/:shop/returns",
  return: "/:shop/returns/:id",
  products: "/:shop/products",
  newProduct: "/:shop/products/new",
  product: "/:shop/products/:id",
  stock: "/:shop/stock",
  movements: "/:shop/stock/:id",
  imports: "/:shop/imports",
  import: "/:shop/imports/:id",
  reviews: "/:shop/reviews",
  messages: "/:shop/messages",
  conversation: "/:shop/messages/:id",
  money: "/:shop/money",
  payouts: "/:shop/payouts",
  payout: "/:shop/payouts/:id",
  ledger: "/:shop/ledger",
  statements: "/:shop/statements",
  bank: "/:shop/bank",
  coupons: "/:shop/coupons",
  delivery: "/:shop/delivery",
  team: "/:shop/team",
  keys: "/:shop/keys",
  settings: "/:shop/settings",
} as const;

/** The pages that the menu leads to. */
export const PAGES = [
  "dashboard",
  "orders",
  "returns",
  "messages",
  "reviews",
  "products",
  "stock",
  "imports",
  "money",
  "payouts",
  "statements",
  "ledger",
  "bank",
  "coupons",
  "delivery",
  "team",
  "keys",
  "settings",
] as const;
export type Page = (typeof PAGES)[number];

export function pathsOf(shop: string) {
  return {
    page: (page: Page) => (page === "dashboard" ? `/${shop}` : `/${shop}/${page}`),
    orders: (state = "") => `/${shop}/orders${state && `?state=${state}`}`,
    order: (id: string) => `/${shop}/orders/${id}`,
    slip: (id: string) => `/${shop}/orders/${id}/slip`,
    returns: (state = "") => `/${shop}/returns${state && `?state=${state}`}`,
    return: (id: string) => `/${shop}/returns/${id}`,
    product: (id: string) => `/${shop}/products/${id}`,
    newProduct: () => `/${shop}/products/new`,
    movements: (offerId: string) => `/${shop}/stock/${offerId}`,
    import: (id: string) => `/${shop}/imports/${id}`,
    payout: (id: string) => `/${shop}/payouts/${id}`,
    conversation: (id: string) => `/${shop}/messages/${id}`,
  };
}
