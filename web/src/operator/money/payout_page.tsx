import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Facts } from "../../ui/facts";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { ActButton } from "../acting";
import { Nothing } from "../guarded";
import { List } from "../listed";
import { pathTo, pathToList } from "../paths";
import { useMay } from "../rights";
import {
  destinationOf,
  linesOf,
  markPaid,
  markReturned,
  mayArrive,
  mayComeBack,
  PAYOUT_TONES,
  type Payout,
  payoutQuery,
} from "./payouts";

/** One payout, every booking that it pays, and what only a person can know of it. */
export function PayoutPage({ id }: { id: string }) {
  const asked = useQuery(payoutQuery(id));
  if (asked.isPending) return <Skeleton shape="text" count={4} />;
  if (asked.isError && asked.error instanceof Refusal && asked.error.status === 404) return <Nothing />;
  if (asked.isError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  return <Shown payout={asked.data} />;
}

function Shown({ payout }: { payout: Payout }) {
  const { said, format } = useWords("op_money");
  const { said: all } = useWords("operator");
  const may = useMay();
  return (
    <ConsolePage
      heading={said.payoutOf(format.money(payout.amount))}
      acts={<Badge tone={PAYOUT_TONES[payout.state]}>{said.payoutStates[payout.state]}</Badge>}
    >
      <Acts payout={payout} />
      <Facts
        facts={[
          {
            name: all.shop,
            value: may("listSellersForOperators") ? (
              <Link href={pathTo.seller(payout.sellerId)}>{payout.sellerId}</Link>
            ) : (
              payout.sellerId
            ),
          },
          { name: said.how, value: payout.onDemand ? said.onDemand : said.bySchedule },
          { name: said.where, value: destinationOf(payout) },
          { name: said.made, value: format.time(payout.createTime) },
          { name: said.moved, value: format.time(payout.updateTime) },
          ...(payout.paidTime ? [{ name: said.paidAt, value: format.time(payout.paidTime) }] : []),
          ...(payout.failureCode ? [{ name: said.bankSays, value: payout.failureCode }] : []),
        ]}
      />
      <section class="part">
        <h2>{said.lines(payout.lineCount)}</h2>
        <List
          name={["payout", payout.id, "lines"]}
          caption={said.lines(payout.lineCount)}
          ask={(pageToken) => linesOf(payout.id, pageToken)}
          // What is kept back is booked out and in again by one entry.
          idOf={(one) => `${one.entryId} ${one.amount}`}
          none={said.noLines}
          columns={[
            { key: "time", name: said.when, head: true, cell: (one) => format.time(one.createTime) },
            { key: "cause", name: said.cause, cell: (one) => said.causes[one.cause] ?? one.cause },
            {
              key: "amount",
              name: said.amount,
              end: true,
              cell: (one) => format.money({ amount: one.amount, currency: payout.amount.currency }),
            },
          ]}
        />
      </section>
      <ul class="part">
        <li>
          <Link href={pathToList("payouts", { shop: payout.sellerId })}>{said.allOfShop}</Link>
        </li>
        {may("listLedgerEntries") && (
          <li>
            <Link href={pathToList("ledger", { shop: payout.sellerId })}>{said.itsEntries}</Link>
          </li>
        )}
      </ul>
    </ConsolePage>
  );
}

function Acts({ payout }: { payout: Payout }) {
  const { said, format } = useWords("op_money");
  const money = format.money(payout.amount);
  return (
    <div class="acts">
      {mayArrive(payout) && (
        <ActButton
          needs="markPayoutPaid"
          label={said.markPaid}
          heading={said.payoutOf(money)}
          does={[said.paidDoes(money), said.paidTells, said.paidKeeps]}
          reason="required"
          act={(reason) => markPaid(payout.id, reason)}
          told={said.paidDone(money)}
          target={payout.id}
        />
      )}
      {mayComeBack(payout) && (
        <ActButton
          needs="markPayoutReturned"
          label={said.markReturned}
          heading={said.payoutOf(money)}
          does={[said.returnedDoes(money), said.returnedTells, said.returnedFinal]}
          reason="required"
          isBad
          act={(reason) => markReturned(payout.id, reason)}
          told={said.returnedDone(money)}
          target={payout.id}
        />
      )}
    </div>
  );
}
