import { queryOptions } from "@tanstack/preact-query";
import { api, ask, type Schemas } from "../../api/client";
import { asMember } from "../../api/session";
import type { Tone } from "../../ui/badge";
import { PAGE } from "../listed";
import { between } from "../waited";

export type Order = Schemas["Order"];
export type OrderState = Schemas["OrderState"];
export type Part = Schemas["SellerOrder"];
export type Line = Schemas["OrderLine"];
export type Payment = Schemas["Payment"];
export type Checkout = Schemas["Checkout"];
export type Money = Schemas["Money"];

export const STATES: readonly OrderState[] = [
  "PENDING_PAYMENT",
  "PLACED",
  "ACCEPTED",
  "PARTIALLY_SHIPPED",
  "SHIPPED",
  "DELIVERED",
  "COMPLETED",
  "CANCELLED",
  "REJECTED",
  "FAILED",
];

export const TONES: Readonly<Record<OrderState, Tone>> = {
  PENDING_PAYMENT: "wait",
  PLACED: "wait",
  ACCEPTED: "wait",
  PARTIALLY_SHIPPED: "wait",
  SHIPPED: "good",
  DELIVERED: "good",
  COMPLETED: "good",
  CANCELLED: "quiet",
  REJECTED: "quiet",
  FAILED: "bad",
};

export type OrdersAsked = Readonly<Record<string, string>>;

/** The filters of a URL as the contract asks for them. */
export function ordersQuery({ number, email, shop, buyer, state, from, to }: OrdersAsked) {
  const known = STATES.find((one) => one === state);
  return {
    ...(number && { number }),
    ...(email && { buyerEmail: email }),
    ...(shop && { sellerId: shop }),
    ...(buyer && { buyerId: buyer }),
    ...(known && { state: [known] }),
    ...between(from, to),
  };
}

export const orders = (asked: OrdersAsked, pageToken: string) =>
  asMember(() =>
    ask(
      api.GET("/v1/admin/orders", {
        params: { query: { pageSize: PAGE, ...ordersQuery(asked), ...(pageToken && { pageToken }) } },
      }),
    ),
  ).then((answer) => ({ rows: answer.orders, nextPageToken: answer.nextPageToken }));

const at = (orderId: string) => ({ params: { path: { orderId } } });
const keyed = (key: string) => ({ header: { "Idempotency-Key": key } });

export const orderQuery = (orderId: string) =>
  queryOptions({
    queryKey: ["mine", "op", "order", orderId],
    queryFn: () => asMember(() => ask(api.GET("/v1/orders/{orderId}", at(orderId)))),
  });

export const paymentQuery = (orderId: string) =>
  queryOptions({
    queryKey: ["mine", "op", "payment", orderId],
    queryFn: () => asMember(() => ask(api.GET("/v1/orders/{orderId}/payment", at(orderId)))),
  });

export const events = (orderId: string) =>
  asMember(() =>
    ask(api.GET("/v1/orders/{orderId}/events", { params: { path: { orderId }, query: { pageSize: 100 } } })),
  ).then((answer) => answer.events);

/** The tax documents of a part of an order. */
export const invoicesOf = (sellerOrderId: string) =>
  asMember(() =>
    ask(api.GET("/v1/sellerOrders/{sellerOrderId}/invoices", { params: { path: { sellerOrderId } } })),
  ).then((answer) => answer.invoices);

export const explain = (orderId: string) =>
  asMember(() => ask(api.POST("/v1/orders/{orderId}:explain", at(orderId))));

export const cancel = (orderId: string, body: Schemas["CancelOrderRequest"], key: string) =>
  asMember(() =>
    ask(api.POST("/v1/orders/{orderId}:cancel", { params: { path: { orderId }, ...keyed(key) }, body })),
  );

export const refund = (paymentId: string, body: Schemas["RefundPaymentRequest"], key: string) =>
  asMember(() =>
    ask(
      api.POST("/v1/payments/{paymentId}:refund", { params: { path: { paymentId }, ...keyed(key) }, body }),
    ),
  );

export const checkouts = (pageToken = "", pageSize = PAGE) =>
  asMember(() =>
    ask(api.GET("/v1/admin/checkouts", { params: { query: { pageSize, ...(pageToken && { pageToken }) } } })),
  ).then((answer) => ({ rows: answer.checkouts, nextPageToken: answer.nextPageToken }));

export const advance = (orderId: string, reason: string) =>
  asMember(() =>
    ask(
      api.POST("/v1/admin/checkouts/{orderId}:advance", {
        ...at(orderId),
        body: { ...(reason && { reason }) },
      }),
    ),
  );

/** What of a line can still be cancelled: what was neither sent nor cancelled. */
export const leftOf = (line: Line) => line.quantity - line.cancelledQuantity - line.shippedQuantity;

const OPEN: readonly OrderState[] = ["PENDING_PAYMENT", "PLACED", "ACCEPTED", "PARTIALLY_SHIPPED"];
export const isOpen = (part: Part) => OPEN.includes(part.state);

/** What of its price a part of an order has not gone back yet, as the payment knows it. */
export function refundable(payment: Payment | undefined, sellerOrderId: string): Money | undefined {
  const split = payment?.splits.find((one) => one.sellerOrderId === sellerOrderId);
  if (!payment || !split || payment.captured.amount === 0) return undefined;
  const amount = split.amount.amount - split.refunded.amount;
  return amount > 0 ? { amount, currency: split.amount.currency } : undefined;
}

/** "19.99" or "19,99" in minor units of a currency that has so many of them; undefined for what is no amount. */
export function minorOf(text: string, units: number): number | undefined {
  const digits = Math.round(Math.log10(units));
  const found = /^(\d{1,10})(?:[.,](\d+))?$/.exec(text.replaceAll(/\s/g, ""));
  if (!found || (found[2] ?? "").length > digits) return undefined;
  return Number(found[1]) * units + Number((found[2] ?? "").padEnd(digits, "0") || "0");
}
