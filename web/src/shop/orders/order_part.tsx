import { useMutation, useQueryClient } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { confirmReceipt, type OrderLine, type Part } from "../../api/orders";
import { useWords } from "../../text/rooms";
import { SmallPicture } from "../../ui/picture";
import { wordsOf } from "../../ui/problem";
import { pathTo } from "../paths";
import { Papers } from "./papers";
import { PartReturns } from "./part_returns";
import { StateMark } from "./state_mark";
import "./order_part.css";

/** The part of an order that one shop sends: where it is, what is in it, what of it came to nothing. */
export function OrderPart({ part, at, of }: { part: Part; at: number; of: number }) {
  const { said, text, format } = useWords("orders");
  const queries = useQueryClient();
  const receipt = useMutation({
    mutationFn: () => confirmReceipt(part.id),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ["mine", "history", part.orderId] });
      return queries.invalidateQueries({ queryKey: ["mine", "order", part.orderId] });
    },
  });
  return (
    <section class="order-part">
      <header>
        <h2>
          {part.sellerName ? (
            <Link href={pathTo.shop(part.sellerId, part.sellerName)}>{said.by(part.sellerName)}</Link>
          ) : (
            said.parts(at, of)
          )}
        </h2>
        <StateMark state={part.state} />
      </header>
      {of > 1 && part.sellerName && <p class="quiet">{said.parts(at, of)}</p>}
      {part.parcels.map(({ id, carrier, trackingNumber, trackingUrl }) => (
        <p key={id} class="order-tracking">
          {said.tracking} {carrier}{" "}
          {trackingUrl ? (
            <a href={trackingUrl} target="_blank" rel="noreferrer">
              {trackingNumber}
            </a>
          ) : (
            <strong>{trackingNumber}</strong>
          )}
        </p>
      ))}
      <ul>
        {part.lines.map((line) => (
          <li key={line.id ?? line.offerId}>
            <Line line={line} />
          </li>
        ))}
      </ul>
      <p class="order-sum quiet">
        <span>{said.deliveryBy(part.delivery.name)}</span>
        <span>{format.money(part.delivery.price)}</span>
      </p>
      {part.refunded.amount > 0 && (
        <p class="order-sum">
          <span>{said.refunded}</span>
          <strong>{format.money(part.refunded)}</strong>
        </p>
      )}
      <Papers part={part} />
      <PartReturns part={part} />
      {(part.state === "SHIPPED" || part.state === "DELIVERED") && (
        <p>
          <button
            type="button"
            class="button"
            aria-disabled={receipt.isPending}
            onClick={() => !receipt.isPending && receipt.mutate()}
          >
            {receipt.isPending ? text.loading : said.confirm}
          </button>
        </p>
      )}
      {receipt.isError && (
        <p class="field-wrong" role="alert">
          {wordsOf(receipt.error, text)}
        </p>
      )}
    </section>
  );
}

function Line({ line }: { line: OrderLine }) {
  const { said, format } = useWords("orders");
  const notes = [
    line.cancelledQuantity > 0 && said.cancelledUnits(line.cancelledQuantity),
    line.returnedQuantity > 0 && said.returnedUnits(line.returnedQuantity),
  ].filter(Boolean);
  return (
    <div class="order-line" data-gone={line.cancelledQuantity === line.quantity}>
      <SmallPicture path={line.picture} />
      <div>
        <Link class="order-line-title" href={pathTo.product(line.productId, line.title)}>
          {line.title}
        </Link>
        <p class="quiet">
          {[...Object.values(line.options), `× ${format.number(line.quantity)}`, ...notes].join(", ")}
        </p>
      </div>
      <strong>{format.money({ ...line.unitPrice, amount: line.unitPrice.amount * line.quantity })}</strong>
    </div>
  );
}
