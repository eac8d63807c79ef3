import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/preact-query";
import { Link, useSearch } from "wouter-preact";
import { myOrders, type Order, type OrderState, orderCounts } from "../../api/orders";
import { useWords } from "../../text/rooms";
import { Empty } from "../../ui/empty";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { useArrival, useTitle } from "../../ui/title";
import { MembersOnly } from "../account/members_only";
import { pathTo } from "../paths";
import { StateMark } from "./state_mark";
import { readState, STATES } from "./states";
import "./orders_page.css";

export function OrdersPage() {
  const { said } = useWords("orders");
  useTitle(said.heading);
  useArrival("orders", true);
  return (
    <MembersOnly>
      <List />
    </MembersOnly>
  );
}

function List() {
  const { said, text } = useWords("orders");
  const state = readState(useSearch());
  const asked = useInfiniteQuery({
    queryKey: ["mine", "orders", state],
    queryFn: ({ pageParam }) => myOrders(state, pageParam),
    initialPageParam: "",
    getNextPageParam: (last) => last.nextPageToken,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const found = asked.data?.pages.flatMap((one) => one.orders) ?? [];
  return (
    <>
      <h1 tabIndex={-1}>{said.heading}</h1>
      <StateFilter state={state} />
      {asked.isPending && <Skeleton shape="text" count={3} />}
      {asked.isError && <Problem problem={asked.error} retry={() => void asked.refetch()} />}
      {asked.isSuccess && found.length === 0 && (
        <Empty heading={state ? said.noneSo : said.none} hint={state ? said.noneSoHint : said.noneHint}>
          {state ? (
            <Link class="button button-main" href={pathTo.orders()}>
              {said.all}
            </Link>
          ) : (
            <Link class="button button-main" href={pathTo.search()}>
              {text.home.browse}
            </Link>
          )}
        </Empty>
      )}
      <ul class="orders" aria-busy={asked.isPlaceholderData}>
        {found.map((one) => (
          <li key={one.id}>
            <Row order={one} />
          </li>
        ))}
      </ul>
      {asked.hasNextPage && (
        <div class="more">
          <button
            type="button"
            class="button"
            disabled={asked.isFetchingNextPage}
            onClick={() => void asked.fetchNextPage()}
          >
            {asked.isFetchingNextPage ? text.loading : said.more}
          </button>
        </div>
      )}
    </>
  );
}

/** States that there are orders in, each with how many. */
function StateFilter({ state }: { state: OrderState | undefined }) {
  const { said, format } = useWords("orders");
  const counted = useQuery({ queryKey: ["mine", "orders", "counts"], queryFn: orderCounts, staleTime: 0 });
  const counts = new Map(counted.data?.map((one) => [one.state, one.count]));
  const shown = STATES.filter((one) => (counts.get(one) ?? 0) > 0 || one === state);
  if (shown.length === 0) return null;
  return (
    <nav class="orders-filter" aria-label={said.filter}>
      <Link href={pathTo.orders()} aria-current={state ? undefined : "page"}>
        {said.all}
      </Link>
      {shown.map((one) => (
        <Link key={one} href={pathTo.orders(one)} aria-current={one === state ? "page" : undefined}>
          {said.state[one]} <span>{format.number(counts.get(one) ?? 0)}</span>
        </Link>
      ))}
    </nav>
  );
}

function Row({ order }: { order: Order }) {
  const { said, format } = useWords("orders");
  const lines = order.sellerOrders.flatMap((one) => one.lines);
  const count = lines.reduce((all, one) => all + one.quantity, 0);
  return (
    <article class="order-row">
      <h2>
        <Link href={pathTo.order(order.id)}>{said.number(order.number)}</Link>
      </h2>
      <StateMark state={order.state} />
      <p class="quiet">{[said.placed(format.date(order.createTime)), said.things(count)].join(", ")}</p>
      <p class="order-row-what">{lines.map((one) => one.title).join(", ")}</p>
      <strong>{format.money(order.total)}</strong>
    </article>
  );
}
