/** What a member of a shop may do, by role. A member cannot ask for it (GET /v1/roles is for operators), so it is written here, and
 * permissions_test.ts holds it to the table that the services go by. What somebody may do after all, they decide. */
const MANAGER = [
  "coupons.write",
  "delivery.write",
  "disputes.write",
  "members.write",
  "messages.read",
  "messages.write",
  "offers.write",
  "orders.fulfil",
  "orders.read",
  "payouts.read",
  "products.read",
  "products.write",
  "returns.write",
  "reviews.reply",
  "sellers.read",
  "sellers.write",
  "stock.adjust",
] as const;

export type Permission = (typeof MANAGER)[number] | "api_keys.write" | "payouts.write" | "sellers.control";

export const ROLES: Readonly<Record<string, readonly Permission[]>> = {
  owner: [...MANAGER, "api_keys.write", "payouts.write", "sellers.control"],
  manager: MANAGER,
  staff: [
    "messages.read",
    "messages.write",
    "orders.fulfil",
    "orders.read",
    "products.read",
    "returns.write",
    "sellers.read",
    "stock.adjust",
  ],
};
