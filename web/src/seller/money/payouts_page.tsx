import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { ListRoom } from "../../ui/list_room";
import { Table } from "../../ui/table";
import { useFilters } from "../../ui/use_filters";
import { usePages } from "../mine";
import { useShop } from "../shop";
import {
  balances,
  bankOf,
  destinationOf,
  dueOf,
  moneyKey,
  ofMoney,
  PAYOUT_STATES,
  PAYOUT_TONES,
} from "./money";
import { NextPayout } from "./next_payout";
import { PayoutDialog } from "./payout_dialog";

/** What was paid out to the shop, and what can be. */
export function PayoutsPage() {
  const { said, format } = useWords("money");
  const shop = useShop();
  const queries = useQueryClient();
  const { values, set, clear, isNarrowed } = useFilters(["state", "currency"]);
  const [isAsking, setAsking] = useState(false);
  const balance = useQuery(balances(shop.id));
  const bank = useQuery(bankOf(shop.id));
  const due = dueOf(balance.data ?? []);
  const state = PAYOUT_STATES.find((one) => one === values.state);
  const { list, rows } = usePages(
    [...ofMoney(shop.id), "payouts", state ?? ""],
    (page) =>
      api.GET("/v1/sellers/{sellerId}/payouts", {
        params: {
          path: { sellerId: shop.id },
          query: { pageSize: 25, ...(state && { state }), ...page },
        },
      }),
    (page) => page.payouts,
  );
  return (
    <ConsolePage
      heading={said.payouts}
      acts={
        shop.may("payouts.write") &&
        bank.data &&
        due.length > 0 && (
          <button type="button" class="button button-main" onClick={() => setAsking(true)}>
            {said.askPayout}
          </button>
        )
      }
    >
      <NextPayout />
      <Filters
        label={said.payoutsFilter}
        values={values}
        set={set}
        clear={clear}
        views={[
          { name: said.all, values: {} },
          ...PAYOUT_STATES.map((one) => ({ name: said.payoutState[one], values: { state: one } })),
        ]}
        fields={[]}
      />
      <ListRoom
        list={list}
        count={rows.length}
        narrowed={isNarrowed ? clear : undefined}
        empty={{ heading: said.noPayouts, hint: said.noPayoutsHint }}
      >
        <Table
          caption={said.payouts}
          rows={rows}
          idOf={(one) => one.id}
          tone={(one) => (PAYOUT_TONES[one.state] === "bad" ? "bad" : undefined)}
          columns={[
            {
              key: "time",
              name: said.when,
              head: true,
              cell: (one) => <Link href={shop.to.payout(one.id)}>{format.time(one.createTime)}</Link>,
            },
            {
              key: "state",
              name: said.state,
              cell: (one) => <Badge tone={PAYOUT_TONES[one.state]}>{said.payoutState[one.state]}</Badge>,
            },
            { key: "how", name: said.how, cell: (one) => (one.onDemand ? said.onDemand : said.bySchedule) },
            { key: "where", name: said.where, cell: destinationOf },
            { key: "lines", name: said.lines, end: true, cell: (one) => format.number(one.lineCount) },
            { key: "amount", name: said.amount, end: true, cell: (one) => format.money(one.amount) },
          ]}
        />
      </ListRoom>
      {isAsking && bank.data && (
        <PayoutDialog
          due={due}
          account={bank.data}
          done={() => void queries.invalidateQueries({ queryKey: moneyKey(shop.id) })}
          close={() => setAsking(false)}
        />
      )}
    </ConsolePage>
  );
}
