import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { useFilters } from "../../ui/use_filters";
import { List } from "../listed";
import { pathTo } from "../paths";
import { orders, STATES, TONES } from "./orders";

/** Everybody's orders, found by what people say of them. */
export function OrdersPage() {
  const { said, format } = useWords("op_orders");
  const { said: all } = useWords("operator");
  const { values, set, clear, isNarrowed } = useFilters([
    "number",
    "email",
    "shop",
    "buyer",
    "state",
    "from",
    "to",
  ]);
  return (
    <ConsolePage heading={all.places.orders}>
      <Filters
        label={all.narrow}
        values={values}
        set={set}
        clear={clear}
        fields={[
          { name: "number", label: said.number, kind: "words" },
          { name: "email", label: said.email, kind: "words" },
          { name: "shop", label: all.shopId, kind: "words" },
          { name: "buyer", label: said.buyerId, kind: "words" },
          {
            name: "state",
            label: all.state,
            kind: "choice",
            options: [
              { value: "", label: all.any },
              ...STATES.map((state) => ({ value: state, label: said.states[state] })),
            ],
          },
          { name: "from", label: all.from, kind: "day" },
          { name: "to", label: all.to, kind: "day" },
        ]}
      />
      <List
        name={["orders", values]}
        caption={all.places.orders}
        ask={(pageToken) => orders(values, pageToken)}
        idOf={(one) => one.id}
        none={said.none}
        clear={isNarrowed ? clear : undefined}
        columns={[
          {
            key: "number",
            name: said.number,
            head: true,
            cell: (one) => <Link href={pathTo.order(one.id)}>{one.number}</Link>,
          },
          {
            key: "state",
            name: all.state,
            cell: (one) => <Badge tone={TONES[one.state]}>{said.states[one.state]}</Badge>,
          },
          {
            key: "shops",
            name: all.shop,
            cell: (one) => one.sellerOrders.map((part) => part.sellerName ?? part.sellerId).join(", "),
          },
          { key: "time", name: all.created, cell: (one) => format.time(one.createTime) },
          { key: "total", name: said.total, end: true, cell: (one) => format.money(one.total) },
          { key: "net", name: said.net, end: true, cell: (one) => format.money(one.net) },
        ]}
      />
    </ConsolePage>
  );
}
