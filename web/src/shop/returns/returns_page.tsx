import { keepPreviousData, useInfiniteQuery } from "@tanstack/preact-query";
import { Link, useSearch } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { Empty } from "../../ui/empty";
import { More } from "../../ui/more";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { AccountFrame } from "../account/frame";
import { memberPathTo } from "../members/paths";
import { pathTo } from "../paths";
import { ReturnMark } from "./return_mark";
import { myReturns, RETURNS, type Return, readState, STATES } from "./returns";
import "../orders/orders_page.css";

/** What somebody sends back, or has sent. */
export function ReturnsPage() {
  return (
    <AccountFrame room="returns">
      <List />
    </AccountFrame>
  );
}

function List() {
  const { said } = useWords("returning");
  const state = readState(useSearch());
  const asked = useInfiniteQuery({
    queryKey: [...RETURNS, "list", state],
    queryFn: ({ pageParam }) => myReturns(state, pageParam),
    initialPageParam: "",
    getNextPageParam: (last) => last.nextPageToken,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const found = asked.data?.pages.flatMap((one) => one.returns) ?? [];
  const isEmpty = asked.isSuccess && found.length === 0;
  return (
    <>
      <p class="quiet">{said.lead}</p>
      {(found.length > 0 || state) && <StateFilter state={state} />}
      {asked.isPending && <Skeleton shape="text" count={3} />}
      {asked.isError && <Problem problem={asked.error} retry={() => void asked.refetch()} />}
      {isEmpty && (
        <Empty heading={state ? said.noneSo : said.none} hint={state ? said.noneSoHint : said.noneHint}>
          <Link class="button button-main" href={state ? memberPathTo.returns() : pathTo.orders()}>
            {state ? said.all : said.toOrders}
          </Link>
        </Empty>
      )}
      <ul class="orders" aria-busy={asked.isPlaceholderData}>
        {found.map((one) => (
          <li key={one.id}>
            <Row one={one} />
          </li>
        ))}
      </ul>
      <More list={asked}>{said.more}</More>
    </>
  );
}

function StateFilter({ state }: { state: Return["state"] | undefined }) {
  const { said } = useWords("returning");
  const { said: words } = useWords("orders");
  return (
    <nav class="orders-filter" aria-label={said.filter}>
      <Link href={memberPathTo.returns()} aria-current={state ? undefined : "page"}>
        {said.all}
      </Link>
      {STATES.map((one) => (
        <Link key={one} href={memberPathTo.returns(one)} aria-current={one === state ? "page" : undefined}>
          {words.returnState[one]}
        </Link>
      ))}
    </nav>
  );
}

function Row({ one }: { one: Return }) {
  const { said, format } = useWords("returning");
  const { said: words } = useWords("orders");
  return (
    <article class="order-row">
      <h2>
        <Link href={memberPathTo.return(one.id)}>{words.returnNumber(one.number)}</Link>
      </h2>
      <ReturnMark state={one.state} />
      <p class="quiet">{said.asked(format.date(one.createTime))}</p>
      <p class="order-row-what">
        {one.lines.map((line) => said.units(line.quantity, line.title)).join(", ")}
      </p>
      {one.amount && <strong>{format.money(one.amount)}</strong>}
    </article>
  );
}
