import { Link, useSearch } from "wouter-preact";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { ConsolePage } from "../../ui/console_page";
import { ListRoom } from "../../ui/list_room";
import { Table } from "../../ui/table";
import { usePages } from "../mine";
import { useShop } from "../shop";
import { ofMoney } from "./money";
import { monthName, Statement } from "./statement";

/** The months in which the shop's money moved; one of them, where the URL says which, in sums. */
export function StatementsPage() {
  const { said, language } = useWords("money");
  const shop = useShop();
  const month = new URLSearchParams(useSearch()).get("month") ?? "";
  const { list, rows } = usePages(
    [...ofMoney(shop.id), "statements"],
    (page) =>
      api.GET("/v1/sellers/{sellerId}/statements", {
        params: { path: { sellerId: shop.id }, query: { pageSize: 24, ...page } },
      }),
    (page) => page.months,
  );
  const file = (one: string, what: string) => `/v1/sellers/${shop.id}/statements/${one}${what}`;
  return (
    <ConsolePage heading={said.statements} lead={said.statementsLead}>
      {/^20\d\d-(0[1-9]|1[0-2])$/.test(month) && <Statement key={month} month={month} />}
      <ListRoom
        list={list}
        count={rows.length}
        empty={{ heading: said.noStatements, hint: said.noSalesHint }}
      >
        <Table
          caption={said.statements}
          rows={rows}
          idOf={(one) => one}
          columns={[
            {
              key: "month",
              name: said.month,
              head: true,
              cell: (one) => (
                <Link
                  href={`${shop.to.page("statements")}?month=${one}`}
                  aria-current={one === month ? "page" : undefined}
                >
                  {monthName(one, language)}
                </Link>
              ),
            },
            {
              key: "files",
              name: said.files,
              end: true,
              cell: (one) => (
                <>
                  <a
                    href={file(one, ":export")}
                    download={`statement-${one}.csv`}
                    aria-label={said.csvOf(monthName(one, language))}
                  >
                    {said.csv}
                  </a>{" "}
                  <a
                    href={file(one, "")}
                    download={`statement-${one}.json`}
                    aria-label={said.jsonOf(monthName(one, language))}
                  >
                    {said.json}
                  </a>
                </>
              ),
            },
          ]}
        />
      </ListRoom>
    </ConsolePage>
  );
}
