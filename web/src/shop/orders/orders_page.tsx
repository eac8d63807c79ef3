import { useInfiniteQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { useText } from "../../text/messages";
import { Empty } from "../../ui/empty";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { MembersOnly } from "../account/members_only";
import { orders } from "../account/mine";
import { useArrival, useTitle } from "../frame/title";
import { pathTo } from "../paths";
import "./orders_page.css";

export function OrdersPage() {
  const { text } = useText();
  useTitle(text.orders.heading);
  useArrival("orders", true);
  return (
    <MembersOnly>
      <List />
    </MembersOnly>
  );
}

function List() {
  const { text, format } = useText();
  const asked = useInfiniteQuery({
    queryKey: ["mine", "orders"],
    queryFn: ({ pageParam }) => orders(pageParam),
    initialPageParam: "",
    getNextPageParam: (last) => last.nextPageToken,
  });
  const found = asked.data?.pages.flatMap((one) => one.orders) ?? [];
  return (
    <>
      <h1 tabIndex={-1}>{text.orders.heading}</h1>
      {asked.isPending && <Skeleton shape="text" count={3} />}
      {asked.isError && <Problem problem={asked.error} retry={() => void asked.refetch()} />}
      {asked.isSuccess && found.length === 0 && (
        <Empty heading={text.orders.none} hint={text.orders.noneHint}>
          <Link class="button button-main" href={pathTo.search()}>
            {text.home.browse}
          </Link>
        </Empty>
      )}
      <ul class="orders">
        {found.map((one) => (
          <li key={one.id}>
            <Link href={pathTo.order(one.id)}>{text.orders.number(one.number)}</Link>
            <span>{text.orders.state[one.state]}</span>
            <span class="quiet">{text.orders.placed(format.date(one.createTime))}</span>
            <strong>{format.money(one.total)}</strong>
          </li>
        ))}
      </ul>
      {asked.hasNextPage && (
        <button
          type="button"
          class="button"
          disabled={asked.isFetchingNextPage}
          onClick={() => void asked.fetchNextPage()}
        >
          {text.orders.more}
        </button>
      )}
    </>
  );
}
