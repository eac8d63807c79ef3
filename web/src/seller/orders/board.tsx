import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { ActButton } from "../act_button";
import { mine } from "../mine";
import { useShop } from "../shop";
import { BOARD, counts, leftOf, type SellerOrder, type State } from "./orders";
import "./board.css";

const SHOWN = 20;

/** A column for each state that needs somebody; on a narrow screen one of them at a time. */
export function Board() {
  const { said, format } = useWords("fulfilment");
  const shop = useShop();
  const [shown, setShown] = useState<State>(BOARD[0]);
  const waiting = useQuery(counts(shop.id));
  return (
    <>
      <fieldset class="board-tabs">
        <legend class="unseen">{said.column}</legend>
        {BOARD.map((state) => (
          <label key={state}>
            <input
              type="radio"
              name="column"
              class="unseen"
              checked={shown === state}
              onChange={() => setShown(state)}
            />
            <span>{said.state[state]}</span>
            <b>{format.number(waiting.data?.[state] ?? 0)}</b>
          </label>
        ))}
      </fieldset>
      <div class="board">
        {BOARD.map((state) => (
          <Column key={state} state={state} isShown={shown === state} count={waiting.data?.[state] ?? 0} />
        ))}
      </div>
    </>
  );
}

function Column({ state, isShown, count }: { state: State; isShown: boolean; count: number }) {
  const { said, format } = useWords("fulfilment");
  const shop = useShop();
  const asked = useQuery({
    queryKey: ["mine", "seller", shop.id, "orders", "board", state],
    queryFn: () =>
      mine(() =>
        api.GET("/v1/sellers/{sellerId}/orders", {
          params: { path: { sellerId: shop.id }, query: { state: [state], pageSize: SHOWN } },
        }),
      ),
  });
  const orders = asked.data?.sellerOrders ?? [];
  return (
    <section class="board-column" data-shown={isShown} aria-labelledby={`column-${state}`}>
      <h2 id={`column-${state}`}>
        {said.state[state]} <small>{format.number(count)}</small>
      </h2>
      {asked.isPending ? (
        <Skeleton shape="line" count={3} />
      ) : asked.isError ? (
        <Problem problem={asked.error} retry={() => void asked.refetch()} />
      ) : orders.length === 0 ? (
        <p class="quiet">{said.columnEmpty}</p>
      ) : (
        <ul>
          {orders.map((order) => (
            <li key={order.id}>
              <Card order={order} />
            </li>
          ))}
        </ul>
      )}
      {asked.data?.nextPageToken && <Link href={shop.to.orders(state)}>{said.allOfThem}</Link>}
    </section>
  );
}

function Card({ order }: { order: SellerOrder }) {
  const { said, format } = useWords("fulfilment");
  const shop = useShop();
  const queries = useQueryClient();
  const things = order.lines.reduce(
    (all, line) => all + (order.state === "SHIPPED" ? line.shippedQuantity : leftOf(line)),
    0,
  );
  const accept = () =>
    mine(() =>
      api.POST("/v1/sellerOrders/{sellerOrderId}:accept", {
        params: { path: { sellerOrderId: order.id } },
        body: {},
      }),
    );
  return (
    <article class="card board-card">
      <h3>
        <Link href={shop.to.order(order.id)}>{order.number}</Link>
      </h3>
      <p>{`${said.things(things)} · ${format.money(order.total)}`}</p>
      <p class="quiet">
        {format.time(order.createTime)}
        {order.shippingAddress && ` · ${format.country(order.shippingAddress.countryCode)}`}
      </p>
      {order.state === "PLACED" && shop.may("orders.fulfil") && (
        <div class="acts">
          <ActButton
            look="button-small"
            act={accept}
            done={() => void queries.invalidateQueries({ queryKey: ["mine", "seller", shop.id, "orders"] })}
          >
            {said.accept}
          </ActButton>
        </div>
      )}
    </article>
  );
}
