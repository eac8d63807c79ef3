import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Facts } from "../../ui/facts";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { Nothing } from "../guarded";
import { pathToList } from "../paths";
import { useMay } from "../rights";
import { CancelButton } from "./cancel_button";
import { Explained } from "./explained";
import { History } from "./history";
import { OrderParts } from "./order_parts";
import { OrderPayment } from "./order_payment";
import { type Order, orderQuery, TONES } from "./orders";
import "./order_page.css";

export function OrderPage({ id }: { id: string }) {
  const asked = useQuery(orderQuery(id));
  if (asked.isPending) return <Skeleton shape="text" count={4} />;
  if (asked.isError && asked.error instanceof Refusal && asked.error.status === 404) return <Nothing />;
  if (asked.isError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  return <Shown order={asked.data} />;
}

function Shown({ order }: { order: Order }) {
  const { said, format } = useWords("op_orders");
  const may = useMay();
  const to = order.shippingAddress;
  const address = [
    to.recipient,
    ...to.lines,
    [to.postalCode, to.city].filter(Boolean).join(" "),
    to.region ?? "",
    format.country(to.countryCode),
    to.phone ?? "",
  ].filter(Boolean);
  return (
    <ConsolePage
      heading={said.order(order.number)}
      acts={<Badge tone={TONES[order.state]}>{said.states[order.state]}</Badge>}
    >
      <div class="acts">
        <CancelButton order={order} />
      </div>
      <Facts
        facts={[
          { name: said.placed, value: format.time(order.createTime) },
          { name: said.total, value: format.money(order.total) },
          { name: said.net, value: format.money(order.net) },
          ...order.coupons.map((one) => ({ name: said.coupon(one.code), value: format.money(one.amount) })),
          ...(order.failureReason ? [{ name: said.failed, value: order.failureReason }] : []),
          ...(order.payUntil ? [{ name: said.payUntil, value: format.time(order.payUntil) }] : []),
          { name: said.address, value: address.join("\n") },
          ...(order.acceptedTerms ? [{ name: said.terms, value: order.acceptedTerms }] : []),
        ]}
      />
      <OrderParts order={order} />
      {may("getOrderPayment") && <OrderPayment order={order} />}
      <History order={order} />
      <Explained order={order} />
      <p class="part">
        <Link href={pathToList("returns", { order: order.id })}>{said.returns}</Link>
      </p>
      {may("listAuditEvents") && (
        <p>
          <Link href={pathToList("audit", { target: order.id })}>{said.audit}</Link>
        </p>
      )}
    </ConsolePage>
  );
}
