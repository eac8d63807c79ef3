import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { ConsolePage } from "../../ui/console_page";
import { Skeleton } from "../../ui/skeleton";
import { unread } from "../frame/unread";
import { mine } from "../mine";
import { counts } from "../orders/orders";
import { useShop } from "../shop";
import { Low } from "./low";
import { Purse } from "./purse";
import { Sales } from "./sales";
import "./dashboard_page.css";

// More than that is "more than that".
const COUNTED = 100;

type Todo = { name: string; count: number | undefined; to: string; many?: boolean };

/** What waits for somebody, how it sells, and what is about to be sold out. */
export function DashboardPage() {
  const { said, format } = useWords("seller");
  const shop = useShop();
  const orders = useQuery(counts(shop.id));
  const letters = useQuery({ ...unread(shop.id), enabled: shop.may("messages.read") });
  const returns = useQuery({
    queryKey: ["mine", "seller", shop.id, "returns", "count"],
    queryFn: async () => {
      const of = (state: "REQUESTED" | "IN_TRANSIT" | "RECEIVED") =>
        mine(() =>
          api.GET("/v1/returns", { params: { query: { sellerId: shop.id, state, pageSize: COUNTED } } }),
        );
      const found = await Promise.all([of("REQUESTED"), of("RECEIVED")]);
      return {
        count: found.reduce((all, page) => all + page.returns.length, 0),
        many: found.some((page) => Boolean(page.nextPageToken)),
      };
    },
  });
  const sum = (...states: ("PLACED" | "ACCEPTED" | "PARTIALLY_SHIPPED")[]) =>
    orders.data && states.reduce((all, state) => all + (orders.data[state] ?? 0), 0);
  const todos: Todo[] = [
    { name: said.toAccept, count: sum("PLACED"), to: shop.to.orders("PLACED") },
    { name: said.toSend, count: sum("ACCEPTED", "PARTIALLY_SHIPPED"), to: shop.to.orders("ACCEPTED") },
    {
      name: said.toAnswer,
      count: returns.data?.count,
      to: shop.to.returns("REQUESTED"),
      ...(returns.data && { many: returns.data.many }),
    },
    ...(shop.may("messages.read")
      ? [{ name: said.toRead, count: letters.data, to: shop.to.page("messages") }]
      : []),
  ];
  return (
    <ConsolePage heading={said.page.dashboard}>
      <ul class="todos">
        {todos.map((todo) => (
          <li key={todo.name} class="card" data-waits={(todo.count ?? 0) > 0}>
            <b>
              {todo.count === undefined
                ? said.unknown
                : todo.many
                  ? said.moreThan(todo.count)
                  : format.number(todo.count)}
            </b>
            <Link href={todo.to}>{todo.name}</Link>
          </li>
        ))}
      </ul>
      {orders.isPending ? <Skeleton shape="text" count={1} /> : <Sales />}
      {shop.may("payouts.read") && <Purse />}
      {shop.may("products.read") && <Low />}
    </ConsolePage>
  );
}
