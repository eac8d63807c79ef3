import { useQuery } from "@tanstack/preact-query";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Chart } from "../../ui/chart";
import { Problem } from "../../ui/problem";
import { Select } from "../../ui/select";
import { Skeleton } from "../../ui/skeleton";
import { useFilters } from "../../ui/use_filters";
import { mine } from "../mine";
import { useShop } from "../shop";

const SPANS = ["7", "30", "90"] as const;
const DAY_MS = 86_400_000;

const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);

/** What was sold, day by day. */
export function Sales() {
  const { said, format } = useWords("seller");
  const shop = useShop();
  const { values, set } = useFilters(["days"]);
  const days = SPANS.find((one) => one === values.days) ?? "30";
  const from = dayOf(Date.now() - (Number(days) - 1) * DAY_MS);
  const asked = useQuery({
    queryKey: ["mine", "seller", shop.id, "sales", from],
    queryFn: () =>
      mine(() =>
        api.GET("/v1/sellers/{sellerId}/sales", { params: { path: { sellerId: shop.id }, query: { from } } }),
      ),
  });
  const series = asked.data?.days ?? [];
  const currency = series[0]?.net.currency ?? "EUR";
  const money = (amount: number) => format.money({ amount, currency });
  const sum = (of: (day: (typeof series)[number]) => number) => series.reduce((all, day) => all + of(day), 0);
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{said.sales}</h2>
        <Select
          name="days"
          label={said.span}
          options={SPANS.map((value) => ({ value, label: said.days(Number(value)) }))}
          chosen={days}
          onChange={(event) => set({ days: event.currentTarget.value })}
        />
      </div>
      {asked.isError ? (
        <Problem problem={asked.error} retry={() => void asked.refetch()} />
      ) : asked.isPending ? (
        <Skeleton shape="card" />
      ) : (
        <>
          <dl class="sums">
            <div>
              <dt>{said.net}</dt>
              <dd>{money(sum((day) => day.net.amount))}</dd>
            </div>
            <div>
              <dt>{said.refunded}</dt>
              <dd>{money(sum((day) => day.refunded.amount))}</dd>
            </div>
            <div>
              <dt>{said.orders}</dt>
              <dd>{format.number(sum((day) => day.orders))}</dd>
            </div>
            <div>
              <dt>{said.units}</dt>
              <dd>{format.number(sum((day) => day.units))}</dd>
            </div>
          </dl>
          <Chart
            name={said.salesByDay}
            points={series.map((day) => ({
              key: day.date,
              name: format.date(day.date),
              value: day.net.amount,
            }))}
            write={money}
            columns={[said.day, said.net]}
          />
        </>
      )}
    </section>
  );
}
