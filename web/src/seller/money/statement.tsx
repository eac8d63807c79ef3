import { useQuery } from "@tanstack/preact-query";
import { api, type Schemas } from "../../api/client";
import { useWords } from "../../text/rooms";
import { signed } from "../../text/signed";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { Table } from "../../ui/table";
import { mine } from "../mine";
import { useShop } from "../shop";
import { moneyKey } from "./money";

type InCurrency = Schemas["StatementBalance"];

/** "November 2026" of "2026-11", as the language has it. */
export const monthName = (month: string, language: string): string =>
  new Intl.DateTimeFormat(language, { month: "long", year: "numeric", timeZone: "UTC" }).format(
    new Date(`${month}-01T00:00:00Z`),
  );

/** What the shop had when a month began, what moved it, and what it had at its end. */
export function Statement({ month }: { month: string }) {
  const { said, language } = useWords("money");
  const shop = useShop();
  const asked = useQuery({
    queryKey: [...moneyKey(shop.id), "statement", month],
    queryFn: async () => {
      const answer = await mine(() =>
        api.GET("/v1/sellers/{sellerId}/statements/{month}", {
          params: { path: { sellerId: shop.id, month } },
        }),
      );
      // As text it comes to who asks for CSV.
      return typeof answer === "string" ? [] : answer.balances;
    },
  });
  return (
    <section class="panel" aria-live="polite">
      <h2>{monthName(month, language)}</h2>
      {asked.isPending && <Skeleton shape="line" count={4} />}
      {asked.isError && <Problem problem={asked.error} retry={() => void asked.refetch()} />}
      {asked.data?.length === 0 && <p class="quiet">{said.noBalance}</p>}
      {asked.data?.map((one) => (
        <Sums key={one.closing.currency} balance={one} />
      ))}
    </section>
  );
}

function Sums({ balance: { opening, sums, closing } }: { balance: InCurrency }) {
  const { said, format } = useWords("money");
  const rows = [
    { key: "opening", name: said.opening, entries: "", amount: format.money(opening) },
    ...sums.map((one) => ({
      key: one.cause,
      name: said.causes[one.cause] ?? one.cause,
      entries: format.number(one.entries),
      amount: signed(format, one.amount),
    })),
    { key: "closing", name: said.closing, entries: "", amount: format.money(closing) },
  ];
  return (
    <Table
      caption={said.balanceIn(closing.currency)}
      rows={rows}
      idOf={(one) => one.key}
      columns={[
        { key: "name", name: said.cause, head: true, cell: (one) => one.name },
        { key: "entries", name: said.entries, end: true, cell: (one) => one.entries },
        { key: "amount", name: said.amount, end: true, cell: (one) => one.amount },
      ]}
    />
  );
}
