import { Link } from "wouter-preact";
import type { Schemas } from "../../api/client";
import { useText } from "../../text/messages";
import { pathTo } from "../paths";
import "./order_lines.css";

/** The part of an order that one shop sends. */
export function OrderLines({ part }: { part: Schemas["SellerOrder"] }) {
  const { text, format } = useText();
  return (
    <section class="order-part">
      <h2>{text.orders.state[part.state]}</h2>
      {part.parcels.map(({ id, carrier, trackingNumber, trackingUrl }) => (
        <p key={id}>
          {text.orders.tracking} {carrier}{" "}
          {trackingUrl ? (
            <a href={trackingUrl} target="_blank" rel="noreferrer">
              {trackingNumber}
            </a>
          ) : (
            trackingNumber
          )}
        </p>
      ))}
      <ul>
        {part.lines.map((line) => (
          <li key={line.id ?? line.offerId}>
            <Link href={pathTo.product(line.productId, line.title)}>{line.title}</Link>
            <span class="quiet">{[...Object.values(line.options), `× ${line.quantity}`].join(", ")}</span>
            <strong>{format.money(line.total)}</strong>
          </li>
        ))}
      </ul>
    </section>
  );
}
