import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { Table } from "../../ui/table";
import { useShop } from "../shop";
import type { Line, SellerOrder } from "./orders";

/** What was bought, what has become of it, and what it comes to. */
export function Lines({ order }: { order: SellerOrder }) {
  const { said, format } = useWords("fulfilment");
  const shop = useShop();
  const gone = (line: Line) =>
    [
      line.shippedQuantity > 0 && said.sent(line.shippedQuantity),
      line.cancelledQuantity > 0 && said.cancelled(line.cancelledQuantity),
      line.returnedQuantity > 0 && said.sentBack(line.returnedQuantity),
    ]
      .filter(Boolean)
      .join(", ");
  const sums = [
    { name: said.goods, money: { ...order.total, amount: order.total.amount - order.delivery.total.amount } },
    { name: said.deliveryBy(order.delivery.name), money: order.delivery.total },
    { name: said.total, money: order.total },
    ...(order.refunded.amount > 0
      ? [
          { name: said.refunded, money: { ...order.refunded, amount: -order.refunded.amount } },
          { name: said.net, money: order.net },
        ]
      : []),
  ];
  return (
    <section class="panel">
      <h2>{said.lines}</h2>
      <Table
        caption={said.lines}
        rows={order.lines}
        idOf={(line) => line.id ?? line.offerId}
        columns={[
          {
            key: "title",
            name: said.product,
            head: true,
            cell: (line) => (
              <>
                {shop.may("products.read") ? (
                  <Link href={shop.to.product(line.productId)}>{line.title}</Link>
                ) : (
                  line.title
                )}
                <span class="line-options">{[...Object.values(line.options), line.sku].join(" · ")}</span>
              </>
            ),
          },
          { key: "quantity", name: said.units, end: true, cell: (line) => format.number(line.quantity) },
          { key: "gone", name: said.became, cell: (line) => gone(line) || said.nothingYet },
          { key: "unit", name: said.each, end: true, cell: (line) => format.money(line.unitPrice) },
          { key: "total", name: said.total, end: true, cell: (line) => format.money(line.total) },
        ]}
      />
      <dl class="sum">
        {sums.map(({ name, money }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{format.money(money)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
