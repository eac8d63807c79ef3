import { useMutation } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { Conflict } from "../../ui/conflict";
import { useDraft } from "../../ui/draft";
import { wordsOf } from "../../ui/problem";
import { SaveBar } from "../../ui/save_bar";
import type { Version } from "../../ui/versions";
import { ownProduct } from "../own";
import type { Product } from "../products/products";
import { useShop } from "../shop";
import { type Form, formOf, variantOf } from "./model";
import { saveProduct, saveVariants, saveWordsOf, type Unsaved } from "./save";
import { Sheet } from "./sheet";
import { Translations } from "./translations";
import { wrongIn } from "./wrong";

type Versions = { product: string; offers: Readonly<Record<string, string>> };

const versionsOf = (product: Product): Versions => ({
  product: product.etag,
  offers: Object.fromEntries(product.offers.map((one) => [one.id, one.etag])),
});

/** Changes a product. What is written is kept in this tab, with the versions that it is meant for, until it is saved. */
export function Editor({ product, renew }: { product: Product; renew: () => Promise<unknown> }) {
  const { said, text } = useWords("assortment");
  const shop = useShop();
  const saved = formOf(product);
  const draft = useDraft<Form>(`product:${product.id}`, saved, JSON.stringify(versionsOf(product)));
  const [isChecked, setChecked] = useState(false);
  const [theirs, setTheirs] = useState<Product>();
  const [unsaved, setUnsaved] = useState<readonly Unsaved[]>([]);
  const form = draft.value;
  const wrong = isChecked ? wrongIn(form, text.problem.fault) : {};
  const saving = useMutation({
    mutationFn: async () => {
      const at: Versions = JSON.parse(draft.at);
      await saveWordsOf(form.pictures, product.pictures);
      await saveProduct(product, form, at.product);
      return shop.may("offers.write") ? saveVariants(product, shop.id, form, (key) => at.offers[key]) : [];
    },
    onSuccess: async (left) => {
      setUnsaved(left);
      await renew();
      // What was refused stays as it was written.
      if (left.length === 0) draft.drop();
    },
    onError: async (problem) => {
      if (!(problem instanceof Refusal && problem.reason === "ETAG_MISMATCH")) return;
      setTheirs(await ownProduct(product.id, shop.may("offers.write")));
    },
  });
  const save = () => {
    setChecked(true);
    if (Object.keys(wrongIn(form, text.problem.fault)).length === 0) saving.mutate();
    else document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  };
  const settle = async (keepMine: boolean) => {
    if (keepMine && theirs) draft.rebase(JSON.stringify(versionsOf(theirs)));
    else draft.drop();
    setTheirs(undefined);
    setUnsaved([]);
    saving.reset();
    await renew();
  };
  return (
    <>
      {theirs && (
        <Conflict
          heading={said.changedMeanwhile}
          fields={differences(form, formOf(theirs), said.field)}
          keepMine={() => void settle(true)}
          takeTheirs={() => void settle(false)}
        />
      )}
      {unsaved.map((one) => (
        <VariantProblem
          key={one.key}
          unsaved={one}
          form={form}
          keepMine={(etag) => {
            const at: Versions = JSON.parse(draft.at);
            draft.rebase(JSON.stringify({ ...at, offers: { ...at.offers, [one.key]: etag } }));
            setUnsaved(unsaved.filter((each) => each.key !== one.key));
          }}
          takeTheirs={(theirVariant) => {
            draft.set({
              ...form,
              variants: form.variants.map((each) => (each.key === one.key ? theirVariant : each)),
            });
            setUnsaved(unsaved.filter((each) => each.key !== one.key));
          }}
        />
      ))}
      <Sheet
        form={form}
        set={draft.set}
        wrong={wrong}
        isSaved={(key) => product.offers.some((one) => one.id === key)}
        isKnown={(key) => product.offers.some((one) => one.id === key && one.onHand !== undefined)}
        isChecked={isChecked}
      >
        <Translations product={product} />
      </Sheet>
      <SaveBar
        isUnsaved={draft.isUnsaved}
        busy={saving.isPending}
        problem={
          saving.isError && !theirs
            ? wordsOf(saving.error, text, said.saveReasons)
            : wrong.variants && said.variantsWrong
        }
        save={save}
        undo={() => {
          draft.drop();
          setChecked(false);
          setUnsaved([]);
          setTheirs(undefined);
        }}
      />
    </>
  );
}

type Names = Readonly<
  Record<"title" | "description" | "attributes" | "pictures" | "sku" | "price" | "options" | "weight", string>
>;

const flat = (options: Readonly<Record<string, string>>) =>
  Object.entries(options)
    .map(([name, value]) => `${name}: ${value}`)
    .join(", ");

function differences(is: Form, are: Form, names: Names): Version[] {
  const pairs = (form: Form) => form.attributes.map(({ name, value }) => `${name}: ${value}`).join(", ");
  return [
    { name: names.title, mine: is.title, theirs: are.title },
    { name: names.description, mine: is.description, theirs: are.description },
    { name: names.attributes, mine: pairs(is), theirs: pairs(are) },
    { name: names.pictures, mine: String(is.pictures.length), theirs: String(are.pictures.length) },
  ];
}

/** A variant that could not be saved: why, or both versions where somebody else has changed it. */
function VariantProblem({
  unsaved,
  form,
  keepMine,
  takeTheirs,
}: {
  unsaved: Unsaved;
  form: Form;
  keepMine: (etag: string) => void;
  takeTheirs: (variant: Form["variants"][number]) => void;
}) {
  const { said, text } = useWords("assortment");
  const mineNow = form.variants.find((one) => one.key === unsaved.key);
  const { theirs } = unsaved;
  if (!theirs || !mineNow)
    return (
      <p class="panel field-wrong" role="alert">
        {said.notSaved(mineNow?.sku ?? "", wordsOf(unsaved.problem, text, said.saveReasons))}
      </p>
    );
  const other = variantOf(theirs);
  return (
    <Conflict
      heading={said.variantChanged(theirs.sku)}
      fields={[
        { name: said.field.price, mine: mineNow.price, theirs: other.price },
        { name: said.field.options, mine: flat(mineNow.options), theirs: flat(other.options) },
        { name: said.field.weight, mine: mineNow.weight, theirs: other.weight },
      ]}
      keepMine={() => keepMine(theirs.etag)}
      takeTheirs={() => takeTheirs(other)}
    />
  );
}
