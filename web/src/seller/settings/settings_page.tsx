import { useMutation, useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { api } from "../../api/client";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { Conflict } from "../../ui/conflict";
import { ConsolePage } from "../../ui/console_page";
import { useDraft } from "../../ui/draft";
import { Field } from "../../ui/field";
import { wordsOf } from "../../ui/problem";
import { SaveBar } from "../../ui/save_bar";
import { TextArea } from "../../ui/text_area";
import { mine } from "../mine";
import { type Seller, sellerOf, useShop } from "../shop";
import { changeOf, FIELDS, type Settings, settingsOf, TRADER, wrongIn } from "./settings";

/** What the shop says of itself, who the trader is, and when it is away. */
export function SettingsPage() {
  const { said, text } = useWords("shopkeeping");
  const shop = useShop();
  const queries = useQueryClient();
  const [theirs, setTheirs] = useState<Seller>();
  const [isChecked, setChecked] = useState(false);
  const saved = settingsOf(shop.seller);
  const draft = useDraft<Settings>(`settings:${shop.id}`, saved, shop.seller.etag);
  const is = draft.value;
  const wrong = isChecked ? wrongIn(is, text.problem.fault) : {};
  const renew = () => queries.invalidateQueries({ queryKey: sellerOf(shop.id, shop.role).queryKey });
  const saving = useMutation({
    mutationFn: () => {
      const { updateMask, body } = changeOf(saved, is);
      const params = {
        path: { sellerId: shop.id },
        query: { updateMask },
        header: { "If-Match": draft.at },
      };
      return mine(() => api.PATCH("/v1/sellers/{sellerId}", { params, body }));
    },
    onSuccess: async () => {
      await renew();
      draft.drop();
    },
    onError: async (problem) => {
      if (problem instanceof Refusal && problem.reason === "ETAG_MISMATCH")
        setTheirs(await queries.fetchQuery({ ...sellerOf(shop.id, shop.role), staleTime: 0 }));
    },
  });
  const save = () => {
    setChecked(true);
    if (Object.keys(wrongIn(is, text.problem.fault)).length === 0) saving.mutate();
    else document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  };
  const settle = (keepMine: boolean) => {
    if (keepMine && theirs) draft.rebase(theirs.etag);
    else draft.drop();
    setTheirs(undefined);
    saving.reset();
    void renew();
  };
  const write = (name: keyof Settings, value: string) => draft.set({ ...is, [name]: value });
  const input = (name: keyof Settings, more: { hint?: string; type?: string; most?: number } = {}) => (
    <Field
      key={name}
      name={name}
      label={said.setting[name]}
      type={more.type ?? "text"}
      maxLength={more.most ?? 200}
      {...(more.hint && { hint: more.hint })}
      value={is[name]}
      onInput={(event) => write(name, event.currentTarget.value)}
      wrong={wrong[name]}
    />
  );
  const area = (name: keyof Settings) => (
    <TextArea
      key={name}
      name={name}
      label={said.setting[name]}
      rows={4}
      maxLength={5000}
      value={is[name]}
      onInput={(event) => write(name, event.currentTarget.value)}
    />
  );
  return (
    <ConsolePage heading={said.settings}>
      {theirs && (
        <Conflict
          heading={said.settingsChanged}
          fields={[...FIELDS, ...TRADER].map((name) => ({
            name: said.setting[name],
            mine: is[name],
            theirs: settingsOf(theirs)[name],
          }))}
          keepMine={() => settle(true)}
          takeTheirs={() => settle(false)}
        />
      )}
      <section class="panel">
        <h2>{said.about}</h2>
        <div class="form">
          {input("displayName", { most: 100 })}
          {area("description")}
          <div class="form-row">
            {input("contactEmail", { type: "email", most: 254 })}
            {input("contactPhone", { most: 40, hint: said.phoneHint })}
          </div>
          {area("shippingPolicy")}
          {area("returnPolicy")}
        </div>
      </section>
      <section class="panel">
        <h2>{said.holiday}</h2>
        <p class="quiet">{said.holidayHint}</p>
        <div class="form">
          {input("holidayUntil", { type: "datetime-local", hint: said.holidayUntilHint })}
          {input("holidayNote")}
        </div>
      </section>
      {shop.may("sellers.control") && (
        <section class="panel">
          <h2>{said.trader}</h2>
          <p class="quiet">{said.traderHint}</p>
          <div class="form">
            {input("legalName")}
            <div class="form-row">
              {input("registerNumber", { most: 100 })}
              {input("vatNumber", { most: 20 })}
            </div>
            {input("lines", { hint: said.linesHint })}
            <div class="form-row">
              {input("postalCode", { most: 20 })}
              {input("city", { most: 100 })}
              {input("region", { most: 100 })}
              {input("countryCode", { most: 2, hint: said.countryHint })}
            </div>
          </div>
        </section>
      )}
      <SaveBar
        isUnsaved={draft.isUnsaved}
        busy={saving.isPending}
        problem={saving.isError && !theirs ? wordsOf(saving.error, text) : undefined}
        save={save}
        undo={() => {
          draft.drop();
          setChecked(false);
          setTheirs(undefined);
        }}
      />
    </ConsolePage>
  );
}
