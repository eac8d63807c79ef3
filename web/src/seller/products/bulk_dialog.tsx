import { useMutation } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { readAmount, readWhole } from "../../text/amount";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { useKeys } from "../../ui/key";
import { wordsOf } from "../../ui/problem";
import { Select } from "../../ui/select";
import { Send } from "../../ui/send";
import { useShop } from "../shop";
import { type Change, changedBy, type Result, rowsFor, sendRows } from "./bulk";
import type { Offer } from "./products";

const PERCENT = /^[+-]?\d{1,3}([.,]\d{1,2})?$/;

/** One change for all offers that are chosen: it says what it comes to before it is made. */
export function BulkDialog({
  kind,
  offers,
  done,
  close,
}: {
  kind: "price" | "stock" | "state";
  offers: readonly Offer[];
  done: (results: readonly Result[]) => void;
  close: () => void;
}) {
  const { said, text, format } = useWords("assortment");
  const shop = useShop();
  const keys = useKeys();
  const [given, setGiven] = useState({ way: "set", value: "", state: "ACTIVE" });
  const [isWrong, setWrong] = useState(false);
  const currency = offers[0]?.price.currency ?? "EUR";
  const change = changeOf(kind, given, currency);
  const doing = useMutation({
    mutationFn: (wanted: Change) => sendRows(shop.id, rowsFor(offers, wanted), (one) => keys.of(one)),
    onSuccess: (results) => {
      keys.answered();
      close();
      done(results);
    },
  });
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    setWrong(!change);
    if (change && !doing.isPending) doing.mutate(change);
  };
  const first = offers[0];
  const example =
    change?.kind === "percent" && first
      ? said.example(
          format.money(first.price),
          format.money({ ...first.price, amount: changedBy(first.price.amount, change.percent) }),
        )
      : undefined;
  const write = (value: string) => setGiven((now) => ({ ...now, value }));
  return (
    <Dialog heading={said.bulkHeading[kind](offers.length)} close={close}>
      <form onSubmit={send} noValidate>
        {kind === "price" && (
          <Select
            name="way"
            label={said.way}
            chosen={given.way}
            options={[
              { value: "set", label: said.waySet(currency) },
              { value: "percent", label: said.wayPercent },
            ]}
            onChange={({ currentTarget: { value } }) => setGiven((now) => ({ ...now, way: value }))}
          />
        )}
        {kind === "state" ? (
          <Select
            name="state"
            label={said.state}
            chosen={given.state}
            options={[
              { value: "ACTIVE", label: said.offerActive },
              { value: "ARCHIVED", label: said.offerArchived },
            ]}
            onChange={({ currentTarget: { value } }) => setGiven((now) => ({ ...now, state: value }))}
          />
        ) : (
          <Field
            name="value"
            label={kind === "stock" ? said.stockIs : given.way === "percent" ? said.percent : said.price}
            inputMode="decimal"
            autocomplete="off"
            hint={example ?? (kind === "stock" ? said.stockHint : said.priceHint)}
            value={given.value}
            onInput={(event) => write(event.currentTarget.value)}
            wrong={isWrong ? text.problem.fault.refused : undefined}
          />
        )}
        <Send busy={doing.isPending} problem={doing.isError ? wordsOf(doing.error, text) : undefined}>
          {said.changeAll(offers.length)}
        </Send>
      </form>
      <div class="dialog-acts">
        <button type="button" class="button" onClick={close}>
          {said.keep}
        </button>
      </div>
    </Dialog>
  );
}

function changeOf(
  kind: "price" | "stock" | "state",
  { way, value, state }: { way: string; value: string; state: string },
  currency: string,
): Change | undefined {
  if (kind === "state") return { kind, state: state === "ARCHIVED" ? "ARCHIVED" : "ACTIVE" };
  if (kind === "stock") {
    const stock = readWhole(value);
    return stock === undefined ? undefined : { kind, stock };
  }
  const written = value.trim();
  if (way === "percent")
    return PERCENT.test(written)
      ? { kind: "percent", percent: Number(written.replace(",", ".")) }
      : undefined;
  const amount = readAmount(written, currency);
  return amount === undefined ? undefined : { kind, amount, currency };
}
