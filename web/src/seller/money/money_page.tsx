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
import { Balance } from "./balance";
import { ofMoney, SALE_STATES, SALE_TONES, type Sale, spanOf } from "./money";

/** What the marketplace owes the shop, and what each sale came to: paid, kept, left, and when it can be had. */
export function MoneyPage() {
  const { said } = useWords("money");
  const shop = useShop();
  const { values, set, clear, isNarrowed } = useFilters(["state", "from", "until"]);
  const state = SALE_STATES.find((one) => one === values.state);
  const { list, rows } = usePages(
    [...ofMoney(shop.id), "sales", state ?? "", values.from, values.until],
    (page) =>
      api.GET("/v1/sellers/{sellerId}/earnings", {
        params: {
          path: { sellerId: shop.id },
          query: { pageSize: 25, ...(state && { state }), ...spanOf(values), ...page },
        },
      }),
    (page) => page.sales,
  );
  return (
    <ConsolePage heading={said.money} lead={said.moneyLead}>
      <Balance />
      <section class="panel">
        <h2>{said.earnings}</h2>
        <Filters
          label={said.salesFilter}
          values={values}
          set={set}
          clear={clear}
          views={[
            { name: said.all, values: {} },
            ...SALE_STATES.map((one) => ({ name: said.saleState[one], values: { state: one } })),
          ]}
          fields={[
            { name: "from", label: said.from, kind: "day" },
            { name: "until", label: said.until, kind: "day" },
          ]}
        />
        <ListRoom
          list={list}
          count={rows.length}
          narrowed={isNarrowed ? clear : undefined}
          empty={{ heading: said.noSales, hint: said.noSalesHint }}
        >
          <Sales rows={rows} />
        </ListRoom>
      </section>
    </ConsolePage>
  );
}

function Sales({ rows }: { rows: readonly Sale[] }) {
  const { said, format } = useWords("money");
  const shop = useShop();
  const when = (one: Sale) => {
    if (one.availableTime) return said.since(format.date(one.availableTime));
    return one.earnTime ? said.onceCompleted : said.onceDelivered;
  };
  return (
    <Table
      caption={said.earnings}
      rows={rows}
      idOf={(one) => one.sellerOrderId}
      columns={[
        {
          key: "number",
          name: said.order,
          head: true,
          cell: (one) => <Link href={shop.to.order(one.sellerOrderId)}>{one.number}</Link>,
        },
        { key: "placed", name: said.placed, cell: (one) => format.date(one.placeTime) },
        {
          key: "state",
          name: said.state,
          cell: (one) => <Badge tone={SALE_TONES[one.state]}>{said.saleState[one.state]}</Badge>,
        },
        { key: "gross", name: said.gross, end: true, cell: (one) => format.money(one.gross) },
        { key: "refunded", name: said.refunded, end: true, cell: (one) => format.money(one.refunded) },
        {
          key: "commission",
          name: said.commission,
          end: true,
          cell: ({ commission, commissionTax: tax }) =>
            format.money({ ...commission, amount: commission.amount + tax.amount }),
        },
        { key: "net", name: said.net, end: true, cell: (one) => <b>{format.money(one.net)}</b> },
        { key: "when", name: said.when, cell: when },
      ]}
    />
  );
}
