import { PAGES, type Page } from "../paths";
import type { Permission } from "../permissions";

/** What each page is for, and of whom the contract wants which permission for that: permissions_test.ts holds it to the contract. */
export const NEEDS: Readonly<Record<Page, { permission: Permission; operation: string }>> = {
  dashboard: { permission: "orders.read", operation: "salesSeries" },
  orders: { permission: "orders.read", operation: "listSellerOrders" },
  returns: { permission: "orders.read", operation: "listReturns" },
  messages: { permission: "messages.read", operation: "listConversations" },
  reviews: { permission: "reviews.reply", operation: "replyToReview" },
  products: { permission: "products.read", operation: "listSellerProducts" },
  stock: { permission: "stock.adjust", operation: "adjustStock" },
  imports: { permission: "products.write", operation: "createImport" },
  money: { permission: "payouts.read", operation: "listSellerSales" },
  payouts: { permission: "payouts.read", operation: "listSellerPayouts" },
  statements: { permission: "payouts.read", operation: "listStatements" },
  ledger: { permission: "payouts.read", operation: "listSellerLedgerEntries" },
  bank: { permission: "payouts.read", operation: "getPayoutAccount" },
  coupons: { permission: "coupons.write", operation: "listSellerCoupons" },
  delivery: { permission: "delivery.write", operation: "createDeliveryMethod" },
  team: { permission: "sellers.read", operation: "listMembers" },
  keys: { permission: "api_keys.write", operation: "listSellerApiKeys" },
  settings: { permission: "sellers.write", operation: "updateSeller" },
};

const GROUPS: Readonly<Record<"sales" | "goods" | "money" | "shop", readonly Page[]>> = {
  sales: ["dashboard", "orders", "returns", "messages", "reviews"],
  goods: ["products", "stock", "imports"],
  money: ["money", "payouts", "statements", "ledger", "bank"],
  shop: ["coupons", "delivery", "team", "keys", "settings"],
};

/** The pages that somebody may open, in their groups. */
export function menuOf(may: (permission: Permission) => boolean) {
  return Object.entries(GROUPS)
    .map(([name, pages]) => ({
      name: name as keyof typeof GROUPS,
      pages: PAGES.filter((page) => pages.includes(page) && may(NEEDS[page].permission)),
    }))
    .filter(({ pages }) => pages.length > 0);
}
