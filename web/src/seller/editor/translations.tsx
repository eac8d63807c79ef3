import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import * as v from "valibot";
import { api, type Schemas } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Confirm } from "../../ui/confirm";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Problem } from "../../ui/problem";
import { Select } from "../../ui/select";
import { Send } from "../../ui/send";
import { Skeleton } from "../../ui/skeleton";
import { TextArea } from "../../ui/text_area";
import { mine } from "../mine";
import type { Product } from "../products/products";

type Translation = Schemas["ProductTranslation"];

// In which a shop may want to say it, too.
const OFFERED = ["en", "ru", "de", "fr", "es", "it", "pl", "nl", "pt", "sv", "cs", "uk"] as const;

const Words = v.object({
  language: v.string(),
  title: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))),
  description: v.string(),
});

/** What the product is in other languages, each saved by itself. */
export function Translations({ product }: { product: Product }) {
  const { said, language } = useWords("assortment");
  const queries = useQueryClient();
  const key = ["mine", "product", product.id, "translations"];
  const [open, setOpen] = useState<Translation | "new">();
  const [removing, setRemoving] = useState<Translation>();
  const asked = useQuery({
    queryKey: key,
    queryFn: () =>
      mine(() =>
        api.GET("/v1/products/{productId}/translations", { params: { path: { productId: product.id } } }),
      ).then((answer) => answer.translations),
  });
  const names = new Intl.DisplayNames([language], { type: "language" });
  const nameOf = (code: string) => names.of(code) ?? code;
  const renew = () => void queries.invalidateQueries({ queryKey: key });
  const there = asked.data ?? [];
  const free = OFFERED.filter(
    (code) => code !== product.language && !there.some((one) => one.language === code),
  );
  return (
    <section class="panel">
      <h2>{said.translations}</h2>
      <p class="quiet">{said.ownLanguage(nameOf(product.language))}</p>
      {asked.isPending ? (
        <Skeleton shape="line" count={2} />
      ) : asked.isError ? (
        <Problem problem={asked.error} retry={() => void asked.refetch()} />
      ) : (
        <ul class="translations">
          {there.map((one) => (
            <li key={one.language}>
              <span>
                <b>{nameOf(one.language)}</b>
                {": "}
                <span lang={one.language}>{one.title}</span>
              </span>
              <span class="acts">
                <button
                  type="button"
                  class="button button-small"
                  aria-label={said.editIn(nameOf(one.language))}
                  onClick={() => setOpen(one)}
                >
                  {said.edit}
                </button>
                <button
                  type="button"
                  class="button button-small"
                  aria-label={said.removeIn(nameOf(one.language))}
                  onClick={() => setRemoving(one)}
                >
                  {said.remove}
                </button>
              </span>
            </li>
          ))}
        </ul>
      )}
      {free.length > 0 && (
        <button type="button" class="button button-small" onClick={() => setOpen("new")}>
          {said.addLanguage}
        </button>
      )}
      {open && (
        <TranslationDialog
          productId={product.id}
          one={open === "new" ? undefined : open}
          choice={free.map((code) => ({ value: code, label: nameOf(code) }))}
          done={renew}
          close={() => setOpen(undefined)}
        />
      )}
      {removing && (
        <Confirm
          heading={said.removeIn(nameOf(removing.language))}
          press={said.remove}
          keep={said.keep}
          act={() => {
            const path = { productId: product.id, language: removing.language };
            const params = { path, header: { "If-Match": removing.etag } };
            return mine(() =>
              api.DELETE("/v1/products/{productId}/translations/{language}", { params }),
            ).finally(renew);
          }}
          close={() => setRemoving(undefined)}
        />
      )}
    </section>
  );
}

function TranslationDialog({
  productId,
  one,
  choice,
  done,
  close,
}: {
  productId: string;
  one: Translation | undefined;
  choice: { value: string; label: string }[];
  done: () => void;
  close: () => void;
}) {
  const { said } = useWords("assortment");
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Words,
    async ({ language, title, description }) => {
      const params = { path: { productId, language }, header: { ...(one && { "If-Match": one.etag }) } };
      const body = { title, ...(description && { description }) };
      await mine(() => api.PUT("/v1/products/{productId}/translations/{language}", { params, body })).finally(
        done,
      );
      close();
    },
  );
  return (
    <Dialog heading={said.translation} close={close}>
      <form ref={form} onSubmit={onSubmit} noValidate>
        {one ? (
          <input type="hidden" name="language" value={one.language} />
        ) : (
          <Select name="language" label={said.language} options={choice} />
        )}
        <Field
          name="title"
          label={said.title}
          maxLength={200}
          defaultValue={one?.title}
          wrong={wrong.title}
        />
        <TextArea
          name="description"
          label={said.description}
          rows={6}
          maxLength={10000}
          defaultValue={one?.description}
          wrong={wrong.description}
        />
        <Send busy={busy} problem={problem}>
          {said.save}
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
