import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { balances } from "../money/money";
import { useShop } from "../shop";

/** What the shop can be paid out, and what is on its way: one answer, and nothing where it could not be had. */
export function Purse() {
  const { said, format } = useWords("seller");
  const shop = useShop();
  const { data = [] } = useQuery(balances(shop.id));
  const some = data.filter(({ available, onItsWay }) => available.amount !== 0 || onItsWay.amount !== 0);
  if (some.length === 0) return null;
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{said.page.money}</h2>
        <Link href={shop.to.page("payouts")}>{said.page.payouts}</Link>
      </div>
      <dl class="sums">
        {some.flatMap(({ currency, available, onItsWay }) => [
          <div key={currency}>
            <dt>{said.available}</dt>
            <dd>{format.money(available)}</dd>
          </div>,
          ...(onItsWay.amount === 0
            ? []
            : [
                <div key={`${currency} on its way`}>
                  <dt>{said.onItsWay}</dt>
                  <dd>{format.money(onItsWay)}</dd>
                </div>,
              ]),
        ])}
      </dl>
    </section>
  );
}
