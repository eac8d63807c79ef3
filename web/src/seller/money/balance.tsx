import { useQuery } from "@tanstack/preact-query";
import { useWords } from "../../text/rooms";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { useShop } from "../shop";
import { balances } from "./money";
import "./balance.css";

/** What the marketplace owes the shop, where it is and what that means. */
export function Balance() {
  const { said, format } = useWords("money");
  const shop = useShop();
  const asked = useQuery(balances(shop.id));
  if (asked.isPending) return <Skeleton shape="text" count={2} />;
  if (asked.isError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  if (asked.data.length === 0) return <p class="quiet">{said.noBalance}</p>;
  return (
    <>
      {asked.data.map(({ currency, pending, available, reserve, onItsWay }) => (
        <section key={currency} class="panel" aria-label={said.balanceIn(currency)}>
          <h2>{said.balanceIn(currency)}</h2>
          <dl class="purse">
            {(
              [
                [said.pending, said.pendingHint, pending],
                [said.available, available.amount < 0 ? said.owedHint : said.availableHint, available],
                [said.reserve, said.reserveHint, reserve],
                [said.onItsWay, said.onItsWayHint, onItsWay],
              ] as const
            ).map(([name, hint, money]) => (
              <div key={name} data-below={money.amount < 0}>
                <dt>{name}</dt>
                <dd>{format.money(money)}</dd>
                <dd class="quiet">{hint}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </>
  );
}
