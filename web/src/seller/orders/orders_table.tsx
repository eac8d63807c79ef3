import { Link } from "wouter-preact";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ListRoom } from "../../ui/list_room";
import { Table } from "../../ui/table";
import { usePages } from "../mine";
import { useShop } from "../shop";
import { queryOf, type Search, toneOf } from "./orders";

/** The orders that fit a search, the newest first. */
export function OrdersTable({ search, clear }: { search: Search; clear: () => void }) {
  const { said, format } = useWords("fulfilment");
  const shop = useShop();
  const { list, rows } = usePages(
    ["seller", shop.id, "orders", search],
    (page) =>
      api.GET("/v1/sellers/{sellerId}/orders", {
        params: { path: { sellerId: shop.id }, query: { ...queryOf(search), pageSize: 50, ...page } },
      }),
    (page) => page.sellerOrders,
  );
  return (
    <ListRoom list={list} count={rows.length} narrowed={clear}>
      <Table
        caption={said.orders}
        rows={rows}
        idOf={(order) => order.id}
        columns={[
          {
            key: "number",
            name: said.number,
            head: true,
            cell: (order) => <Link href={shop.to.order(order.id)}>{order.number}</Link>,
          },
          {
            key: "state",
            name: said.stateIs,
            cell: (order) => <Badge tone={toneOf(order.state)}>{said.state[order.state]}</Badge>,
          },
          { key: "time", name: said.placed, cell: (order) => format.time(order.createTime) },
          {
            key: "things",
            name: said.units,
            end: true,
            cell: (order) => format.number(order.lines.reduce((all, line) => all + line.quantity, 0)),
          },
          { key: "total", name: said.total, end: true, cell: (order) => format.money(order.total) },
        ]}
      />
    </ListRoom>
  );
}
