import { useQuery } from "@tanstack/preact-query";
import type { Schemas } from "../../api/client";
import { Refusal } from "../../api/refusal";
import { useText } from "../../text/messages";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { MembersOnly } from "../account/members_only";
import { order } from "../account/mine";
import { NotFound } from "../frame/not_found";
import { useArrival, useTitle } from "../frame/title";
import { OrderLines } from "./order_lines";
import "./order_page.css";

type Order = Schemas["Order"];

export function OrderPage({ id }: { id: string }) {
  return (
    <MembersOnly>
      <Asked id={id} />
    </MembersOnly>
  );
}

function Asked({ id }: { id: string }) {
  const { text } = useText();
  const asked = useQuery({ queryKey: ["mine", "order", id], queryFn: () => order(id) });
  useTitle(asked.data && text.orders.number(asked.data.number));
  useArrival(`order ${id}`, asked.isSuccess);
  if (asked.isPending) return <Skeleton shape="text" count={4} />;
  if (asked.isError) {
    if (asked.error instanceof Refusal && asked.error.status === 404) return <NotFound />;
    return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  }
  return <Shown order={asked.data} />;
}

function Shown({ order: shown }: { order: Order }) {
  const { text, format } = useText();
  const address = shown.shippingAddress;
  const refunded = shown.total.amount - shown.net.amount;
  return (
    <article class="order">
      <h1 tabIndex={-1}>{text.orders.number(shown.number)}</h1>
      <p class="quiet">{text.orders.placed(format.date(shown.createTime))}</p>
      {shown.sellerOrders.map((part) => (
        <OrderLines key={part.id} part={part} />
      ))}
      <p class="order-total">
        {text.orders.total} <strong>{format.money(shown.total)}</strong>
      </p>
      {refunded > 0 && (
        <p class="order-total">
          {text.orders.refunded} <strong>{format.money({ ...shown.total, amount: refunded })}</strong>
        </p>
      )}
      <section>
        <h2>{text.orders.address}</h2>
        <p class="prose">
          {[
            address.recipient,
            ...address.lines,
            `${address.postalCode ?? ""} ${address.city}`.trim(),
            address.region,
            format.country(address.countryCode),
          ]
            .filter(Boolean)
            .join("\n")}
        </p>
      </section>
    </article>
  );
}
