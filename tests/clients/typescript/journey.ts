// A shop and a buyer, from sign-up to a shipped order and sign-out, through the types of the contract alone.
// Prints each reason that it was refused with, one a line.
import { setTimeout } from "node:timers/promises";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Problem = components["schemas"]["Problem"];
type Reason = components["schemas"]["Reason"];
type Session = components["schemas"]["Session"];

const url = process.env["MARKET_URL"] ?? "";
const category = process.env["MARKET_CATEGORY"] ?? "";
const key = () => ({ "Idempotency-Key": crypto.randomUUID() });
const anyone = createClient<paths>({ baseUrl: url });
const as = (session: Session) =>
  createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${session.accessToken}` } });

function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

function done<Data>(answer: { data?: Data; error?: Problem }): Data {
  check(answer.data !== undefined, `refused: ${JSON.stringify(answer.error)}`);
  return answer.data;
}

function refused(answer: { error?: Problem }, reason: Reason): Problem {
  check(answer.error?.reason === reason, `not ${reason}: ${JSON.stringify(answer)}`);
  console.log(answer.error.reason);
  return answer.error;
}

async function signUp(name: string): Promise<Session> {
  const body = { email: `${crypto.randomUUID()}@example.test`, password: "correct horse battery", displayName: name };
  const session = done(await anyone.POST("/v1/accounts", { body }));
  refused(await anyone.POST("/v1/accounts", { body }), "EMAIL_TAKEN");
  refused(await anyone.POST("/v1/sessions", { body: { email: body.email, password: "something else" } }), "BAD_CREDENTIALS");
  return session;
}

async function refreshed(session: Session, sellerId: string): Promise<Session> {
  const next = done(await anyone.POST("/v1/sessions:refresh", { body: { refreshToken: session.refreshToken } }));
  if (next.account.sellers.some((membership) => membership.sellerId === sellerId)) return next;
  await setTimeout(100);
  return refreshed(next, sellerId);
}

// The shop, with one product of two units.
let sam = await signUp("Sam");
const slug = `shop-${crypto.randomUUID().slice(0, 12)}`;
const opened = done(await as(sam).POST("/v1/sellers",
  { params: { header: key() }, body: { displayName: "Engines", slug, countryCode: "GB" } }));
sam = await refreshed(sam, opened.id);
const shop = as(sam);
const product = done(await shop.POST("/v1/sellers/{sellerId}/products", {
  params: { path: { sellerId: opened.id }, header: key() },
  body: {
    title: "Difference engine", categoryId: category,
    offers: [{ sku: "E-1", options: { size: "M" }, price: { amount: 1999, currency: "EUR" }, stock: 2 }],
  },
}));
const published = done(await shop.POST("/v1/products/{productId}:publish",
  { params: { path: { productId: product.id } }, body: {} }));
check(published.state === "PUBLISHED", published.state);
const offer = published.offers[0];
check(offer !== undefined && offer.available === 2, "the offer");

// The buyer, who is refused in every way that there is.
const bea = await signUp("Bea");
const buyer = as(bea);
const address = done(await buyer.POST("/v1/users/me/addresses", {
  body: { recipient: "Bea", lines: ["12 St James's Square"], city: "London", postalCode: "SW1Y 4JH", countryCode: "GB" },
}));
const order = (quantity: number, paymentMethod: string, quoteHash?: string) => buyer.POST("/v1/orders", {
  params: { header: key() },
  body: {
    items: [{ offerId: offer.id, quantity }], shippingAddressId: address.id, paymentMethod,
    ...(quoteHash === undefined ? {} : { quoteHash }),
  },
});
const quote = done(await buyer.POST("/v1/orders:quote", { body: { items: [{ offerId: offer.id, quantity: 1 }] } }));
check(quote.total.amount === 1999 && quote.total.currency === "EUR", "the quote");
done(await shop.PATCH("/v1/offers/{offerId}",
  { params: { path: { offerId: offer.id } }, body: { price: { amount: 2199, currency: "EUR" } } }));
const dearer = refused(await order(1, "pm_card_visa", quote.quoteHash), "PRICE_CHANGED").metadata?.lines[0];
check(dearer?.offerId === offer.id && dearer.oldPrice?.amount === 1999 && dearer.newPrice?.amount === 2199, "the line");
const short = refused(await order(3, "pm_card_visa"), "OUT_OF_STOCK").metadata?.lines[0];
check(short?.field === "items[0].offerId" && short.requested === 3 && short.available === 2, "the line");
const declined = refused(await order(1, "pm_card_visa_chargeDeclined"), "PAYMENT_DECLINED");
check(declined.metadata?.declineCode !== undefined, "the provider's word");
check(declined.metadata?.orderId !== undefined && declined.metadata?.payUntil !== undefined, "what is kept");
const invalid = refused(await order(0, "pm_card_visa"), "INVALID_ARGUMENT");
check(invalid.fields[0]?.field === "items[0].quantity", "the field");
refused(await buyer.GET("/v1/orders/{orderId}", { params: { path: { orderId: crypto.randomUUID() } } }), "NOT_FOUND");
refused(await anyone.GET("/v1/orders"), "UNAUTHENTICATED");
const { data: page } = await buyer.GET("/v1/orders", { params: { query: { pageSize: 1 } } });
check(page !== undefined && page.orders.length <= 1, "a page");

// The order, to its shipment.
const placed = done(await order(1, "pm_card_visa"));
check(placed.state === "PLACED" && placed.total.amount === 2199, placed.state);
const part = placed.sellerOrders[0];
check(part !== undefined, "the part");
const path = { params: { path: { sellerOrderId: part.id } } };
done(await shop.POST("/v1/sellerOrders/{sellerOrderId}:accept", { ...path, body: {} }));
const shipped = done(await shop.POST("/v1/sellerOrders/{sellerOrderId}:ship",
  { ...path, body: { carrier: "Royal Mail", trackingNumber: "RM1" } }));
check(shipped.state === "SHIPPED" && shipped.parcels[0]?.trackingNumber === "RM1", shipped.state);
const seen = done(await buyer.GET("/v1/orders/{orderId}", { params: { path: { orderId: placed.id } } }));
check(seen.state === "SHIPPED", seen.state);
const late = refused(await buyer.POST("/v1/orders/{orderId}:cancel",
  { params: { path: { orderId: placed.id }, header: key() }, body: {} }), "ILLEGAL_TRANSITION");
check(late.metadata?.from === "SHIPPED" && late.metadata.to === "CANCELLED", "the states");

const { response } = await buyer.DELETE("/v1/sessions/current");
check(response.status === 204, `sign-out: ${response.status}`);
refused(await anyone.POST("/v1/sessions:refresh", { body: { refreshToken: bea.refreshToken } }), "SESSION_ENDED");
