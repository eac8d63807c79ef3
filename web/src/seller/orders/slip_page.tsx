import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { ConsolePage } from "../../ui/console_page";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { useShop } from "../shop";
import { Address } from "./address";
import { orderOf } from "./orders";
import "./slip_page.css";

/** What lies in the parcel: where it goes and what is in it, without prices, on paper. */
export function SlipPage({ id }: { id: string }) {
  const { said, format } = useWords("fulfilment");
  const shop = useShop();
  const asked = useQuery(orderOf(id));
  const order = asked.data;
  return (
    <ConsolePage
      heading={order ? said.slipOf(order.number) : said.slip}
      {...(order && { lead: said.placedAt(format.time(order.createTime)) })}
      acts={
        <span class="acts no-print">
          <button type="button" class="button button-main" onClick={() => print()}>
            {said.print}
          </button>
          <Link class="button" href={shop.to.order(id)}>
            {said.toOrder}
          </Link>
        </span>
      }
    >
      {asked.isError ? (
        <Problem problem={asked.error} retry={() => void asked.refetch()} />
      ) : !order ? (
        <Skeleton shape="line" count={5} />
      ) : (
        <div class="slip">
          <p class="slip-from">{shop.seller.displayName}</p>
          <Address order={order} />
          <table class="slip-lines">
            <caption class="unseen">{said.lines}</caption>
            <thead>
              <tr>
                <th scope="col">{said.units}</th>
                <th scope="col">{said.product}</th>
                <th scope="col">{said.sku}</th>
              </tr>
            </thead>
            <tbody>
              {order.lines.map((line) => (
                <tr key={line.id}>
                  <td>{format.number(line.quantity - line.cancelledQuantity)}</td>
                  <th scope="row">{[line.title, ...Object.values(line.options)].join(", ")}</th>
                  <td>{line.sku}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <p>{said.deliveryBy(order.delivery.name)}</p>
        </div>
      )}
    </ConsolePage>
  );
}
