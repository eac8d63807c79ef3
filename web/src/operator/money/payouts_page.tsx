import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { useFilters } from "../../ui/use_filters";
import { List } from "../listed";
import { pathTo, pathToList } from "../paths";
import { destinationOf, PAYOUT_STATES, PAYOUT_TONES, payouts } from "./payouts";

/** What was, or is being, paid out to shops. */
export function PayoutsPage() {
  const { said, format } = useWords("op_money");
  const { said: all } = useWords("operator");
  const { values, set, clear, isNarrowed } = useFilters(["state", "shop", "currency"]);
  return (
    <ConsolePage heading={all.places.payouts}>
      <Filters
        label={all.narrow}
        values={values}
        set={set}
        clear={clear}
        views={[
          { name: all.everything, values: {} },
          ...PAYOUT_STATES.map((state) => ({ name: said.payoutStates[state], values: { state } })),
        ]}
        fields={[
          { name: "shop", label: all.shopId, kind: "words" },
          { name: "currency", label: said.currency, kind: "words", hint: "EUR" },
        ]}
      />
      <List
        name={["payouts", values]}
        caption={all.places.payouts}
        ask={(pageToken) => payouts(values, pageToken)}
        idOf={(one) => one.id}
        none={said.noPayouts}
        clear={isNarrowed ? clear : undefined}
        tone={(one) => (PAYOUT_TONES[one.state] === "bad" ? "bad" : undefined)}
        columns={[
          {
            key: "time",
            name: said.made,
            head: true,
            cell: (one) => <Link href={pathTo.payout(one.id)}>{format.time(one.createTime)}</Link>,
          },
          {
            key: "state",
            name: all.state,
            cell: (one) => <Badge tone={PAYOUT_TONES[one.state]}>{said.payoutStates[one.state]}</Badge>,
          },
          {
            key: "shop",
            name: all.shop,
            cell: (one) => <Link href={pathToList("payouts", { shop: one.sellerId })}>{said.allOfShop}</Link>,
          },
          { key: "where", name: said.where, cell: destinationOf },
          { key: "how", name: said.how, cell: (one) => (one.onDemand ? said.onDemand : said.bySchedule) },
          { key: "why", name: said.bankSays, cell: (one) => one.failureCode ?? "" },
          { key: "amount", name: said.amount, end: true, cell: (one) => format.money(one.amount) },
        ]}
      />
    </ConsolePage>
  );
}
