import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { api } from "../../api/client";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { signed } from "../../text/signed";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Facts } from "../../ui/facts";
import { ListRoom } from "../../ui/list_room";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { Table } from "../../ui/table";
import { NoPage } from "../frame/no_page";
import { mine, usePages } from "../mine";
import { useShop } from "../shop";
import { destinationOf, moneyKey, ofMoney, PAYOUT_TONES, type Payout } from "./money";

/** One payout: where it is, where it goes, and every booking that it pays. */
export function PayoutPage({ id }: { id: string }) {
  const shop = useShop();
  const asked = useQuery({
    queryKey: [...moneyKey(shop.id), "payout", id],
    queryFn: () => mine(() => api.GET("/v1/payouts/{payoutId}", { params: { path: { payoutId: id } } })),
  });
  if (asked.isPending) return <Skeleton shape="text" count={4} />;
  if (asked.isError && asked.error instanceof Refusal && asked.error.status === 404)
    return <NoPage home={shop.to.page("payouts")} />;
  if (asked.isError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  return <Shown payout={asked.data} />;
}

function Shown({ payout }: { payout: Payout }) {
  const { said, format } = useWords("money");
  const shop = useShop();
  return (
    <ConsolePage
      heading={said.payoutOf(format.money(payout.amount))}
      acts={<Badge tone={PAYOUT_TONES[payout.state]}>{said.payoutState[payout.state]}</Badge>}
      lead={said.payoutMeans[payout.state]}
    >
      <section class="panel">
        <Facts
          facts={[
            { name: said.made, value: format.time(payout.createTime) },
            { name: said.how, value: payout.onDemand ? said.onDemand : said.bySchedule },
            { name: said.where, value: destinationOf(payout) },
            ...(payout.paidTime ? [{ name: said.paid, value: format.time(payout.paidTime) }] : []),
            ...(payout.failureCode ? [{ name: said.bankSays, value: payout.failureCode }] : []),
          ]}
        />
      </section>
      <section class="panel">
        <h2>{said.linesOf(payout.lineCount)}</h2>
        <Lines payout={payout} />
      </section>
      <p>
        <Link href={shop.to.page("payouts")}>{said.allPayouts}</Link>
      </p>
    </ConsolePage>
  );
}

function Lines({ payout: { id, amount } }: { payout: Payout }) {
  const { said, format } = useWords("money");
  const shop = useShop();
  const { list, rows } = usePages(
    [...ofMoney(shop.id), "payout", id, "lines"],
    (page) =>
      api.GET("/v1/payouts/{payoutId}/lines", {
        params: { path: { payoutId: id }, query: { pageSize: 50, ...page } },
      }),
    (page) => page.lines,
  );
  // Of these the cause is the sale itself.
  const isOfSale = (cause: string) => cause === "RELEASE" || cause === "RESERVE_RELEASE";
  return (
    <ListRoom list={list} count={rows.length}>
      <Table
        caption={said.linesOf(rows.length)}
        rows={rows}
        // What is kept back is booked out and in again by one entry.
        idOf={(one) => `${one.entryId} ${one.amount}`}
        columns={[
          { key: "time", name: said.when, head: true, cell: (one) => format.time(one.createTime) },
          {
            key: "cause",
            name: said.cause,
            cell: (one) => {
              const name = said.causes[one.cause] ?? one.cause;
              return isOfSale(one.cause) ? <Link href={shop.to.order(one.causeId)}>{name}</Link> : name;
            },
          },
          {
            key: "amount",
            name: said.amount,
            end: true,
            cell: (one) => signed(format, { amount: one.amount, currency: amount.currency }),
          },
        ]}
      />
    </ListRoom>
  );
}
