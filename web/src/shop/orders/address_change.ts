import { api, ask, type Schemas } from "../../api/client";
import type { Order } from "../../api/orders";
import { asMember } from "../../api/session";

const DEAD = ["CANCELLED", "REJECTED", "FAILED"];
const BEFORE_SENDING = ["PENDING_PAYMENT", "PLACED", "ACCEPTED"];

/** Whether an order can go elsewhere: something of it will still be sent, and nothing was. */
export function canGoElsewhere(order: {
  sellerOrders: readonly Pick<Order["sellerOrders"][number], "state" | "parcels">[];
}): boolean {
  const living = order.sellerOrders.filter((one) => !DEAD.includes(one.state));
  return (
    living.length > 0 && living.every((one) => BEFORE_SENDING.includes(one.state) && one.parcels.length === 0)
  );
}

export const changeAddress = (orderId: string, key: string, body: Schemas["ChangeShippingAddressRequest"]) =>
  asMember(() =>
    ask(
      api.POST("/v1/orders/{orderId}:changeAddress", {
        params: { path: { orderId }, header: { "Idempotency-Key": key } },
        body,
      }),
    ),
  );
