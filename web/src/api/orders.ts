import type { Cart } from "./cart";
import { api, ask, type Schemas } from "./client";
import { Refusal } from "./refusal";
import { asMember } from "./session";

export type Quote = Schemas["Quote"];
export type QuotePart = Schemas["QuoteSellerPart"];
export type Order = Schemas["Order"];
export type Part = Schemas["SellerOrder"];
export type OrderLine = Schemas["OrderLine"];
export type OrderState = Schemas["OrderState"];
export type RefusedCoupon = Schemas["RefusedCoupon"];
export type RefusedSeller = Schemas["RefusedSeller"];
export type TaxSum = Schemas["TaxSum"];
export type CheckoutBody = Schemas["CheckoutCartRequest"];
export type CancelBody = Schemas["CancelOrderRequest"];

const at = (orderId: string) => ({ path: { orderId } });
const keyed = (key: string) => ({ header: { "Idempotency-Key": key } });

export const newKey = () => crypto.randomUUID();

export const myOrders = (state: OrderState | undefined, pageToken: string) =>
  asMember(() =>
    ask(
      api.GET("/v1/orders", {
        params: {
          query: { pageSize: 20, ...(state && { state: [state] }), ...(pageToken && { pageToken }) },
        },
      }),
    ),
  );

export const orderCounts = () =>
  asMember(() => ask(api.GET("/v1/orders:count"))).then((answer) => answer.counts);

export const order = (orderId: string) =>
  asMember(() => ask(api.GET("/v1/orders/{orderId}", { params: at(orderId) })));

export const historyOf = (orderId: string) =>
  asMember(() =>
    ask(api.GET("/v1/orders/{orderId}/events", { params: { path: { orderId }, query: { pageSize: 100 } } })),
  ).then((answer) => answer.events);

export const checkout = (cartId: string, body: CheckoutBody, key: string) =>
  asMember(() =>
    ask(
      api.POST("/v1/carts/{cartId}:checkout", {
        params: { path: { cartId }, header: { "Idempotency-Key": key } },
        body,
      }),
    ),
  );

export const pay = (orderId: string, paymentMethod: string, key: string) =>
  asMember(() =>
    ask(
      api.POST("/v1/orders/{orderId}:pay", {
        params: { ...at(orderId), ...keyed(key) },
        body: { paymentMethod },
      }),
    ),
  );

export const cancel = (orderId: string, body: CancelBody, key: string) =>
  asMember(() =>
    ask(api.POST("/v1/orders/{orderId}:cancel", { params: { ...at(orderId), ...keyed(key) }, body })),
  );

export const confirmReceipt = (sellerOrderId: string) =>
  asMember(() =>
    ask(
      api.POST("/v1/sellerOrders/{sellerOrderId}:confirmReceipt", {
        params: { path: { sellerOrderId } },
        body: {},
      }),
    ),
  );

/** What an order of a cart would cost. A coupon or a way of delivery that does not fit is left out and told, so that the rest has its price. */
export type Quoted = { quote: Quote; coupons: RefusedCoupon[]; sellers: RefusedSeller[] };

export async function quoteCart(cart: Cart, shippingAddressId: string | undefined): Promise<Quoted> {
  const coupons: RefusedCoupon[] = [];
  const sellers: RefusedSeller[] = [];
  for (;;) {
    const refused = new Set(coupons.map((one) => one.code.toUpperCase()));
    const body = {
      items: cart.items
        .filter((one) => one.state === "AVAILABLE")
        .map(({ offerId, quantity }) => ({ offerId, quantity })),
      ...(shippingAddressId && { shippingAddressId }),
      ...(cart.currency && { currency: cart.currency }),
      deliveryChoices: cart.deliveryChoices.filter(
        (one) => !sellers.some((seller) => seller.sellerId === one.sellerId),
      ),
      couponCodes: cart.couponCodes.filter((code) => !refused.has(code.toUpperCase())),
    };
    try {
      const quote = await asMember(() => ask(api.POST("/v1/orders:quote", { body })));
      return { quote, coupons, sellers };
    } catch (problem) {
      // Each turn leaves out something that was asked for, so there is a last one.
      const left = leftOut(problem, body.couponCodes, body.deliveryChoices);
      if (!left) throw problem;
      coupons.push(...left.coupons);
      sellers.push(...left.sellers);
    }
  }
}

/** What a refused quote can do without; undefined where that is nothing. */
export function leftOut(
  problem: unknown,
  codes: readonly string[],
  choices: readonly { sellerId: string }[],
): Omit<Quoted, "quote"> | undefined {
  if (!(problem instanceof Refusal)) return undefined;
  const coupons = (problem.metadata?.coupons ?? []).filter((one) =>
    codes.some((code) => code.toUpperCase() === one.code.toUpperCase()),
  );
  const sellers = (problem.metadata?.sellers ?? []).filter((one) =>
    choices.some((choice) => choice.sellerId === one.sellerId),
  );
  if (problem.reason === "COUPON_NOT_APPLICABLE" && coupons.length > 0) return { coupons, sellers: [] };
  if (problem.reason === "DELIVERY_UNAVAILABLE" && sellers.length > 0) return { coupons: [], sellers };
  return undefined;
}
