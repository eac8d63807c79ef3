import { useMutation, useQuery, useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { ConsolePage } from "../../ui/console_page";
import { useDraft } from "../../ui/draft";
import { useKeys } from "../../ui/key";
import { forgetUnsaved } from "../../ui/leave";
import { Problem, wordsOf } from "../../ui/problem";
import { SaveBar } from "../../ui/save_bar";
import { Skeleton } from "../../ui/skeleton";
import { mine } from "../mine";
import { useShop } from "../shop";
import { draftOf, emptyForm, type Form, productOf } from "./model";
import { saveWordsOf } from "./save";
import { Sheet } from "./sheet";
import { wrongIn } from "./wrong";

const today = () => new Date().toISOString().slice(0, 10);

/** A product that is not there yet, kept as a draft in this tab until it is. Prices are in the first currency of the market. */
export function NewProductPage() {
  const { said } = useWords("assortment");
  const shop = useShop();
  const asked = useQuery({
    queryKey: ["mine", "seller", shop.id, "currency"],
    queryFn: () =>
      mine(() =>
        api.GET("/v1/sellers/{sellerId}/sales", {
          params: { path: { sellerId: shop.id }, query: { from: today() } },
        }),
      ).then(({ days }) => days[0]?.net.currency ?? "EUR"),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <ConsolePage heading={said.newProduct}>
      {asked.isError ? (
        <Problem problem={asked.error} retry={() => void asked.refetch()} />
      ) : asked.data === undefined ? (
        <Skeleton shape="line" count={6} />
      ) : (
        <NewProduct currency={asked.data} />
      )}
    </ConsolePage>
  );
}

function NewProduct({ currency }: { currency: string }) {
  const { said, text } = useWords("assortment");
  const shop = useShop();
  const keys = useKeys();
  const queries = useQueryClient();
  const [, go] = useLocation();
  const draft = useDraft<Form>(`new-product:${shop.id}`, emptyForm(currency), "");
  const [isChecked, setChecked] = useState(false);
  const form = draft.value;
  const wrong = isChecked ? wrongIn(form, text.problem.fault) : {};
  const saving = useMutation({
    mutationFn: async () => {
      const body = { ...productOf(form), offers: form.variants.map((one) => draftOf(one, form.currency)) };
      const params = { path: { sellerId: shop.id }, header: { "Idempotency-Key": keys.of(body) } };
      const made = await mine(() => api.POST("/v1/sellers/{sellerId}/products", { params, body }));
      keys.answered();
      await saveWordsOf(form.pictures, []);
      return made;
    },
    onSuccess: (made) => {
      draft.drop();
      forgetUnsaved();
      void queries.invalidateQueries({ queryKey: ["mine", "seller", shop.id, "products"] });
      go(shop.to.product(made.id));
    },
  });
  const save = () => {
    setChecked(true);
    if (Object.keys(wrongIn(form, text.problem.fault)).length === 0) saving.mutate();
    else document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  };
  return (
    <>
      <Sheet form={form} set={draft.set} wrong={wrong} isSaved={() => false} isChecked={isChecked} />
      <SaveBar
        isUnsaved={draft.isUnsaved}
        busy={saving.isPending}
        problem={
          saving.isError
            ? wordsOf(saving.error, text, said.saveReasons)
            : wrong.variants && said.variantsWrong
        }
        save={save}
        undo={() => {
          draft.drop();
          setChecked(false);
        }}
      />
    </>
  );
}
