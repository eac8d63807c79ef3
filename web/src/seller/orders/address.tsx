import { useWords } from "../../text/rooms";
import type { SellerOrder } from "./orders";

/** Where it goes, as it is written on a parcel. */
export function Address({ order }: { order: SellerOrder }) {
  const { said, format } = useWords("fulfilment");
  const to = order.shippingAddress;
  return (
    <section class="panel">
      <h2>{said.address}</h2>
      {order.delivery.pickupPlace ? (
        <p>{said.pickup(order.delivery.pickupPlace)}</p>
      ) : to ? (
        <p class="prose">
          {[
            to.recipient,
            ...to.lines,
            [to.postalCode, to.city, to.region].filter(Boolean).join(" "),
            format.country(to.countryCode),
            to.phone,
          ]
            .filter(Boolean)
            .join("\n")}
        </p>
      ) : (
        <p class="quiet">{said.noAddress}</p>
      )}
    </section>
  );
}
