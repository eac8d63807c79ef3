import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { Facts } from "../../ui/facts";
import { Table } from "../../ui/table";
import { pathTo } from "../paths";
import { useMay } from "../rights";
import { Invoices } from "./invoices";
import { type Line, type Order, type Part, TONES } from "./orders";

/** What each shop sends of an order. */
export function OrderParts({ order }: { order: Order }) {
  const { said } = useWords("op_orders");
  return (
    <section class="part">
      <h2>{said.parts}</h2>
      {order.sellerOrders.map((part) => (
        <OrderPart key={part.id} part={part} />
      ))}
    </section>
  );
}

function OrderPart({ part }: { part: Part }) {
  const { said, format } = useWords("op_orders");
  const may = useMay();
  const shop = part.sellerName ?? part.sellerId;
  return (
    <article class="order-part">
      <header>
        <h3>{part.number}</h3>
        <Badge tone={TONES[part.state]}>{said.states[part.state]}</Badge>
        {may("listSellersForOperators") ? <Link href={pathTo.seller(part.sellerId)}>{shop}</Link> : shop}
      </header>
      <Table
        caption={said.lines}
        rows={part.lines}
        idOf={(one) => one.id ?? one.offerId}
        columns={[
          { key: "title", name: said.title, head: true, cell: (one) => <Title line={one} /> },
          { key: "sku", name: said.sku, cell: (one) => one.sku },
          { key: "units", name: said.units, cell: (one) => <Units line={one} /> },
          { key: "price", name: said.each, end: true, cell: (one) => format.money(one.unitPrice) },
          { key: "total", name: said.total, end: true, cell: (one) => format.money(one.total) },
        ]}
      />
      <Facts
        facts={[
          { name: said.delivery, value: `${part.delivery.name} ${format.money(part.delivery.total)}` },
          { name: said.total, value: format.money(part.total) },
          ...(part.refunded.amount > 0
            ? [
                { name: said.refunded, value: format.money(part.refunded) },
                { name: said.net, value: format.money(part.net) },
              ]
            : []),
          ...part.parcels.map((one) => ({
            name: said.parcel(one.number),
            value: [
              one.carrier,
              one.trackingNumber,
              format.time(one.createTime),
              one.deliverTime && said.arrived(format.time(one.deliverTime)),
            ]
              .filter(Boolean)
              .join(", "),
          })),
        ]}
      />
      <Invoices part={part} />
    </article>
  );
}

function Title({ line }: { line: Line }) {
  const may = useMay();
  const options = Object.values(line.options).join(", ");
  return (
    <>
      {may("listProducts") ? <Link href={pathTo.product(line.productId)}>{line.title}</Link> : line.title}
      {options && <span class="quiet"> {options}</span>}
    </>
  );
}

/** How many there are, and what has become of them. */
function Units({ line }: { line: Line }) {
  const { said, format } = useWords("op_orders");
  const told = [
    line.shippedQuantity > 0 && said.unitsSent(line.shippedQuantity),
    line.cancelledQuantity > 0 && said.unitsCancelled(line.cancelledQuantity),
    line.returnedQuantity > 0 && said.unitsReturned(line.returnedQuantity),
  ].filter(Boolean);
  return (
    <span>
      {format.number(line.quantity)}
      {told.length > 0 && <span class="quiet"> {told.join(", ")}</span>}
    </span>
  );
}
