import * as v from "valibot";
import { api, type Schemas } from "../../api/client";
import { readAmount, readWhole, writeAmount } from "../../text/amount";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { useKeys } from "../../ui/key";
import { Send } from "../../ui/send";
import { mine } from "../mine";
import { useShop } from "../shop";
import type { Method } from "./delivery_page";

const days = v.pipe(v.string(), v.trim(), v.regex(/^\d{1,3}$/, fault("refused")));
const Given = v.object({
  name: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))),
  currency: v.pipe(v.string(), v.trim(), v.regex(/^[A-Z]{3}$/, fault("refused"))),
  amount: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))),
  freeFrom: v.string(),
  daysFrom: days,
  daysTo: days,
  countries: v.pipe(v.string(), v.trim(), v.regex(/^([A-Z]{2}(\s*,\s*|\s+|$))*$/, fault("refused"))),
  pickupPlace: v.string(),
});

/** A way to send. Of one with several prices or bands only the rest is changed here: its prices stay as they are, and the API changes them. */
export function DeliveryDialog({
  method,
  done,
  close,
}: {
  method: Method | undefined;
  done: () => void;
  close: () => void;
}) {
  const { said, text } = useWords("shopkeeping");
  const shop = useShop();
  const keys = useKeys();
  const [price] = method?.prices ?? [];
  const isSimple = !method || (method.prices.length === 1 && price?.bands.length === 1);
  const currency = price?.currency ?? "EUR";
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Given,
    async (given) => {
      const freeFrom = readAmount(given.freeFrom, given.currency);
      const prices: Schemas["DeliveryPriceInput"][] = [
        {
          currency: given.currency,
          bands: [{ from: 0, amount: readAmount(given.amount, given.currency) ?? 0 }],
          ...(freeFrom !== undefined && { freeFrom }),
        },
      ];
      const body = {
        name: given.name,
        countries: given.countries.split(/[\s,]+/).filter(Boolean),
        daysFrom: Number(given.daysFrom),
        daysTo: Number(given.daysTo),
        ...(given.pickupPlace.trim() && { pickupPlace: given.pickupPlace.trim() }),
      };
      const path = { sellerId: shop.id };
      if (method) {
        const names = [
          "name",
          "countries",
          "daysFrom",
          "daysTo",
          "pickupPlace",
          ...(isSimple ? ["prices"] : []),
        ];
        const params = {
          path: { ...path, deliveryMethodId: method.id },
          query: { updateMask: names.join(",") },
          header: { "If-Match": method.etag },
        };
        await mine(() =>
          api.PATCH("/v1/sellers/{sellerId}/deliveryMethods/{deliveryMethodId}", {
            params,
            body: { ...body, ...(isSimple && { prices }) },
          }),
        ).finally(done);
      } else {
        const made = { ...body, prices };
        const params = { path, header: { "Idempotency-Key": keys.of(made) } };
        await mine(() => api.POST("/v1/sellers/{sellerId}/deliveryMethods", { params, body: made }));
        keys.answered();
        done();
      }
      close();
    },
    {},
    (values) => {
      const of = (name: string) => String(values[name] ?? "");
      const refused = text.problem.fault.refused;
      return {
        ...(readAmount(of("amount"), of("currency")) === undefined && { amount: refused }),
        ...(of("freeFrom").trim() &&
          readAmount(of("freeFrom"), of("currency")) === undefined && { freeFrom: refused }),
        ...(readWhole(of("daysFrom"), 365) === undefined && { daysFrom: refused }),
        ...((readWhole(of("daysTo"), 365) ?? -1) < Number(of("daysFrom")) && { daysTo: refused }),
      };
    },
  );
  const amountOf = (amount: number | undefined) =>
    amount === undefined ? "" : writeAmount(amount, currency);
  return (
    <Dialog heading={method ? said.editOf(method.name) : said.newMethod} close={close}>
      <form ref={form} onSubmit={onSubmit} noValidate>
        <Field
          name="name"
          label={said.name}
          maxLength={100}
          hint={said.methodHint}
          defaultValue={method?.name}
          wrong={wrong.name}
        />
        {isSimple ? (
          <div class="form-row">
            <Field
              name="amount"
              label={said.cost}
              inputMode="decimal"
              defaultValue={amountOf(price?.bands[0]?.amount)}
              wrong={wrong.amount}
            />
            <Field
              name="currency"
              label={said.currency}
              maxLength={3}
              defaultValue={currency}
              wrong={wrong.currency}
            />
            <Field
              name="freeFrom"
              label={said.nothingFrom}
              inputMode="decimal"
              defaultValue={amountOf(price?.freeFrom)}
              wrong={wrong.freeFrom}
            />
          </div>
        ) : (
          <>
            <p class="quiet">{said.manyPrices}</p>
            <input type="hidden" name="amount" value="0" />
            <input type="hidden" name="currency" value={currency} />
            <input type="hidden" name="freeFrom" value="" />
          </>
        )}
        <div class="form-row">
          <Field
            name="daysFrom"
            label={said.daysFrom}
            inputMode="numeric"
            defaultValue={method?.daysFrom ?? 2}
            wrong={wrong.daysFrom}
          />
          <Field
            name="daysTo"
            label={said.daysTo}
            inputMode="numeric"
            defaultValue={method?.daysTo ?? 4}
            wrong={wrong.daysTo}
          />
        </div>
        <Field
          name="countries"
          label={said.countries}
          hint={said.countriesHint}
          defaultValue={method?.countries.join(", ")}
          wrong={wrong.countries}
        />
        <Field
          name="pickupPlace"
          label={said.pickup}
          hint={said.pickupHint}
          maxLength={200}
          defaultValue={method?.pickupPlace}
          wrong={wrong.pickupPlace}
        />
        <Send busy={busy} problem={problem}>
          {method ? said.change : said.make}
        </Send>
      </form>
      <div class="dialog-acts">
        <button type="button" class="button" onClick={close}>
          {said.cancel}
        </button>
      </div>
    </Dialog>
  );
}
