import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { Facts } from "../../ui/facts";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { Table } from "../../ui/table";
import { PAYMENT_TONES } from "../money/money";
import { pathToList } from "../paths";
import { useMay } from "../rights";
import { type Order, type Payment, paymentQuery } from "./orders";
import { RefundButton } from "./refund_button";

/** Where an order's money is, what has gone back, and for who may: giving more of it back. */
export function OrderPayment({ order }: { order: Order }) {
  const { said } = useWords("op_orders");
  const asked = useQuery(paymentQuery(order.id));
  const isNone = asked.error instanceof Refusal && asked.error.status === 404;
  return (
    <section class="part">
      <h2>{said.payment}</h2>
      {asked.isPending && <Skeleton shape="line" count={3} />}
      {isNone && <p class="quiet">{said.noPayment}</p>}
      {asked.isError && !isNone && <Problem problem={asked.error} retry={() => void asked.refetch()} />}
      {asked.isSuccess && <Shown order={order} payment={asked.data} />}
    </section>
  );
}

function Shown({ order, payment }: { order: Order; payment: Payment }) {
  const { said, format } = useWords("op_orders");
  const may = useMay();
  const numbers = new Map(order.sellerOrders.map((part) => [part.id, part.number]));
  return (
    <>
      <p>
        <Badge tone={PAYMENT_TONES[payment.state]}>{said.payments[payment.state]}</Badge>
      </p>
      <Facts
        facts={[
          { name: said.amount, value: format.money(payment.amount) },
          { name: said.authorized, value: format.money(payment.authorized) },
          { name: said.captured, value: format.money(payment.captured) },
          { name: said.refunded, value: format.money(payment.refunded) },
          ...(payment.declineCode ? [{ name: said.declined, value: payment.declineCode }] : []),
          ...(payment.failureCode ? [{ name: said.captureFailed, value: payment.failureCode }] : []),
        ]}
      />
      <Table
        caption={said.splits}
        rows={payment.splits}
        idOf={(one) => one.sellerOrderId}
        columns={[
          { key: "part", name: said.part, head: true, cell: (one) => numbers.get(one.sellerOrderId) ?? "" },
          { key: "amount", name: said.amount, end: true, cell: (one) => format.money(one.amount) },
          { key: "back", name: said.refunded, end: true, cell: (one) => format.money(one.refunded) },
          {
            key: "acts",
            name: "",
            end: true,
            cell: (one) => (
              <RefundButton
                payment={payment}
                sellerOrderId={one.sellerOrderId}
                number={numbers.get(one.sellerOrderId) ?? ""}
              />
            ),
          },
        ]}
      />
      {payment.refunds.length > 0 && (
        <>
          <h3>{said.refunds}</h3>
          <Table
            caption={said.refunds}
            rows={payment.refunds}
            idOf={(one) => one.id}
            tone={(one) => (one.state === "FAILED" ? "bad" : undefined)}
            columns={[
              { key: "time", name: said.when, head: true, cell: (one) => format.time(one.createTime) },
              { key: "part", name: said.part, cell: (one) => numbers.get(one.sellerOrderId) ?? "" },
              { key: "state", name: said.state, cell: (one) => said.refundStates[one.state] },
              { key: "why", name: said.why, cell: (one) => one.reason ?? "" },
              { key: "amount", name: said.amount, end: true, cell: (one) => format.money(one.amount) },
            ]}
          />
        </>
      )}
      <details>
        <summary>{said.attempts}</summary>
        <Table
          caption={said.attempts}
          rows={payment.attempts}
          idOf={(one) => `${one.operation} ${one.number}`}
          columns={[
            { key: "time", name: said.when, head: true, cell: (one) => format.time(one.createTime) },
            { key: "what", name: said.what, cell: (one) => `${one.operation} ${one.number}` },
            { key: "state", name: said.state, cell: (one) => one.state },
            { key: "code", name: said.code, cell: (one) => one.code ?? "" },
          ]}
        />
      </details>
      {may("listLedgerEntries") && (
        <p>
          <Link href={pathToList("ledger", { payment: payment.id })}>{said.inLedger}</Link>
        </p>
      )}
    </>
  );
}
