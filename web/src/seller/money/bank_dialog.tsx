import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import * as v from "valibot";
import { api } from "../../api/client";
import { Refusal } from "../../api/refusal";
import { renewNow } from "../../api/session";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { useForm } from "../../ui/form";
import { Select } from "../../ui/select";
import { Send } from "../../ui/send";
import { mine } from "../mine";
import { useShop } from "../shop";
import { isIban, plainIban } from "./iban";
import { bankOf, moneyKey } from "./money";
import "./money.css";

const WAYS = ["iban", "provider"] as const;
const text = v.optional(v.pipe(v.string(), v.trim()), "");
const Given = v.object({
  way: v.picklist(WAYS),
  accountHolder: text,
  iban: text,
  bic: text,
  providerAccount: text,
});
type Account = Pick<v.InferOutput<typeof Given>, "accountHolder" | "iban" | "bic" | "providerAccount">;

async function put(sellerId: string, account: Partial<Account>) {
  const send = () =>
    mine(() =>
      api.PUT("/v1/sellers/{sellerId}/payoutAccount", { params: { path: { sellerId } }, body: account }),
    );
  try {
    return await send();
  } catch (refused) {
    if (!(refused instanceof Refusal && refused.reason === "SECOND_FACTOR_NEEDED")) throw refused;
    // Who has set it up since he signed in has it in the next token.
    await renewNow();
    return send();
  }
}

/** Says where the shop's money goes: the one thing that a thief would want to change, so what comes of it is told before. */
export function BankDialog({ close }: { close: () => void }) {
  const { said, text: all, language } = useWords("money");
  const shop = useShop();
  const queries = useQueryClient();
  const [way, setWay] = useState<(typeof WAYS)[number]>("iban");
  const apps = useQuery({
    queryKey: ["mine", "apps"],
    queryFn: () => mine(() => api.GET("/v1/accounts/me/authenticators")),
  });
  const hasFactor = apps.data?.authenticators.some((one) => one.confirmTime) ?? true;
  const { missing: none, refused } = all.problem.fault;
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Given,
    async ({ accountHolder, iban, bic, providerAccount }) => {
      const body =
        way === "provider"
          ? { providerAccount }
          : { accountHolder, iban: plainIban(iban), ...(bic && { bic: bic.toUpperCase() }) };
      const now = await put(shop.id, body);
      queries.setQueryData(bankOf(shop.id).queryKey, now);
      void queries.invalidateQueries({ queryKey: moneyKey(shop.id) });
      close();
    },
    {},
    (values) => {
      const of = (name: string) => String(values[name] ?? "").trim();
      if (way === "provider") return of("providerAccount") ? {} : { providerAccount: none };
      return {
        ...(!of("accountHolder") && { accountHolder: none }),
        ...(!isIban(of("iban")) && { iban: of("iban") ? said.ibanWrong : none }),
        ...(of("bic") && !/^[A-Za-z]{6}[A-Za-z0-9]{2}([A-Za-z0-9]{3})?$/.test(of("bic")) && { bic: refused }),
      };
    },
  );
  return (
    <Dialog heading={said.bankHeading} close={close}>
      <ul class="will">
        <li>{said.bankDoes}</li>
        <li>{said.bankHolds}</li>
        <li>{said.bankTells}</li>
      </ul>
      {!hasFactor && (
        <p role="note">
          {said.factorNeeded} <a href={`/${language}/account/security`}>{said.toSecurity}</a>
        </p>
      )}
      <form ref={form} onSubmit={onSubmit} noValidate>
        <Select
          name="way"
          label={said.way}
          chosen={way}
          options={WAYS.map((value) => ({ value, label: said.ways[value] }))}
          onChange={({ currentTarget: { value } }) => setWay(WAYS.find((one) => one === value) ?? way)}
        />
        {way === "iban" ? (
          <>
            <Field
              name="accountHolder"
              label={said.holder}
              hint={said.holderHint}
              maxLength={70}
              autocomplete="off"
              wrong={wrong.accountHolder}
            />
            <Field
              name="iban"
              label={said.iban}
              hint={said.ibanHint}
              maxLength={50}
              autocomplete="off"
              wrong={wrong.iban}
            />
            <Field name="bic" label={said.bicMaybe} maxLength={11} autocomplete="off" wrong={wrong.bic} />
          </>
        ) : (
          <Field
            name="providerAccount"
            label={said.providerAccount}
            hint={said.providerHint}
            maxLength={64}
            autocomplete="off"
            wrong={wrong.providerAccount}
          />
        )}
        <Send busy={busy} problem={problem}>
          {said.bankGo}
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
