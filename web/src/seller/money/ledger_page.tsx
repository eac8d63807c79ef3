import { Link } from "wouter-preact";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { signed } from "../../text/signed";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { ListRoom } from "../../ui/list_room";
import { Table } from "../../ui/table";
import { useFilters } from "../../ui/use_filters";
import { usePages } from "../mine";
import { useShop } from "../shop";
import { netOf, ofMoney, spanOf } from "./money";
import "./money.css";

/** Every movement of the shop's money, and what it changed. */
export function LedgerPage() {
  const { said, format } = useWords("money");
  const shop = useShop();
  const { values, set, clear, isNarrowed } = useFilters(["currency", "from", "until"]);
  const currency = /^[A-Z]{3}$/i.test(values.currency ?? "") ? values.currency?.toUpperCase() : undefined;
  const { list, rows } = usePages(
    [...ofMoney(shop.id), "entries", currency ?? "", values.from, values.until],
    (page) =>
      api.GET("/v1/sellers/{sellerId}/ledgerEntries", {
        params: {
          path: { sellerId: shop.id },
          query: { pageSize: 25, ...(currency && { currency }), ...spanOf(values), ...page },
        },
      }),
    (page) => page.entries,
  );
  return (
    <ConsolePage heading={said.ledger} lead={said.ledgerLead}>
      <Filters
        label={said.entriesFilter}
        values={values}
        set={set}
        clear={clear}
        fields={[
          { name: "currency", label: said.currency, kind: "words", hint: "EUR" },
          { name: "from", label: said.from, kind: "day" },
          { name: "until", label: said.until, kind: "day" },
        ]}
      />
      <ListRoom
        list={list}
        count={rows.length}
        narrowed={isNarrowed ? clear : undefined}
        empty={{ heading: said.noEntries, hint: said.noSalesHint }}
      >
        <Table
          caption={said.ledger}
          rows={rows}
          idOf={(one) => one.id}
          columns={[
            { key: "time", name: said.when, head: true, cell: (one) => format.time(one.createTime) },
            { key: "cause", name: said.cause, cell: (one) => said.causes[one.cause] ?? one.cause },
            {
              key: "about",
              name: said.about,
              cell: (one) => {
                if (one.sellerOrderId)
                  return <Link href={shop.to.order(one.sellerOrderId)}>{said.toOrder}</Link>;
                return one.cause.startsWith("PAYOUT") ? (
                  <Link href={shop.to.payout(one.causeId)}>{said.toPayout}</Link>
                ) : (
                  ""
                );
              },
            },
            {
              key: "changes",
              name: said.changes,
              end: true,
              cell: (one) => (
                <ul class="changes">
                  {netOf(one.changes).map((change) => (
                    <li key={`${change.account} ${change.amount.currency}`}>
                      <span class="quiet">{said.accounts[change.account] ?? change.account}</span>{" "}
                      {signed(format, change.amount)}
                    </li>
                  ))}
                </ul>
              ),
            },
          ]}
        />
      </ListRoom>
    </ConsolePage>
  );
}
