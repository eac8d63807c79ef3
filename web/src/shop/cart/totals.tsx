import type { Money } from "../../api/catalogue";
import { useWords } from "../../text/rooms";
import { type Row, rowsOf } from "./rows";
import "./totals.css";

/** A total and what it is made of. */
export function Totals({ of }: { of: Parameters<typeof rowsOf>[0] }) {
  const { said, format, language } = useWords("cart");
  const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 2 });
  const { rows, after } = rowsOf(of);
  const nameOf = (row: Row) => {
    if (row.is === "goods") return said.goods(row.count);
    if (row.is === "delivery") return said.delivery;
    if (row.is === "coupon") return said.couponMinus(row.code);
    const rate = percent.format(row.ratePpm / 1e6);
    return row.is === "taxAdded" ? said.taxAdded(rate) : said.taxIncluded(rate);
  };
  const priceOf = (row: Row) =>
    row.is === "delivery" && row.money.amount === 0 ? said.free : format.money(row.money);
  const list = (some: readonly Row[]) =>
    some.map((row) => (
      <div key={`${row.is} ${"code" in row ? row.code : ""}${"ratePpm" in row ? row.ratePpm : ""}`}>
        <dt>{nameOf(row)}</dt>
        <dd>{priceOf(row)}</dd>
      </div>
    ));
  return (
    <dl class="totals">
      {list(rows)}
      <Total money={of.total} />
      {list(after)}
    </dl>
  );
}

export function Total({ money }: { money: Money }) {
  const { said, format } = useWords("cart");
  return (
    <div class="totals-all">
      <dt>{said.total}</dt>
      <dd>{format.money(money)}</dd>
    </div>
  );
}
