import { useQuery } from "@tanstack/preact-query";
import * as v from "valibot";
import { LANGUAGES } from "../../text/messages";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Problem } from "../../ui/problem";
import { Send } from "../../ui/send";
import { Skeleton } from "../../ui/skeleton";
import { Does, useStale } from "../acting";
import { useTell } from "../told";
import { categoryWhole, changeCategory, makeCategory } from "./categories";
import { type Category, pathNames } from "./tree";

type Of = { all: readonly Category[]; close: () => void };

const Named = v.object({
  name: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))),
  slug: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))),
  other: v.pipe(v.string(), v.trim()),
});

/** A new category, or another name of one that there is. */
export function CategoryDialog({
  all,
  category,
  parentId,
  close,
}: Of & ({ category: Category; parentId?: never } | { category?: never; parentId: string | undefined })) {
  const { said } = useWords("op_control");
  const { said: shared } = useWords("operator");
  const asked = useQuery({
    queryKey: ["mine", "op", "category", category?.id ?? ""],
    queryFn: () => (category ? categoryWhole(category.id) : null),
    gcTime: 0,
  });
  const heading = category
    ? said.renameOf(category.name)
    : parentId
      ? said.addBelowOf(pathNames(all, parentId))
      : said.makeRoot;
  return (
    <Dialog heading={heading} close={close}>
      {asked.isPending && <Skeleton shape="line" count={3} />}
      {asked.isError && <Problem problem={asked.error} retry={() => void asked.refetch()} />}
      {asked.isSuccess && <NameForm whole={asked.data ?? undefined} parentId={parentId} close={close} />}
      <div class="dialog-acts">
        <button type="button" class="button" onClick={close}>
          {shared.leaveIt}
        </button>
      </div>
    </Dialog>
  );
}

function NameForm({
  whole,
  parentId,
  close,
}: {
  whole: Category | undefined;
  parentId: string | undefined;
  close: () => void;
}) {
  const { said } = useWords("op_control");
  const tell = useTell();
  const stale = useStale();
  // Of the languages of these pages the one that is not the marketplace's own; other translations stay as they are.
  const base = whole?.textLanguage ?? "en";
  const other = (Object.keys(LANGUAGES) as (keyof typeof LANGUAGES)[]).find((one) => one !== base) ?? "ru";
  const before = whole?.translations.find((one) => one.language === other)?.name ?? "";
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Named,
    async (given) => {
      const kept = (whole?.translations ?? []).filter((one) => one.language !== other);
      const translations = [...kept, ...(given.other ? [{ language: other, name: given.other }] : [])];
      const { name, slug } = given;
      const made = whole
        ? await changeCategory(whole, { name, slug, ...(given.other !== before && { translations }) })
        : await makeCategory({ name, slug, translations, ...(parentId && { parentId }) });
      tell({ words: whole ? said.renamed(name) : said.made(name), target: made.id });
      stale();
      close();
    },
    said.reasons,
  );
  return (
    <>
      <Does lines={whole ? [said.renameDoes] : [said.makeDoes]} />
      <form ref={form} onSubmit={onSubmit} noValidate>
        <Field
          name="name"
          label={said.name}
          defaultValue={whole?.name ?? ""}
          maxLength={100}
          wrong={wrong.name}
        />
        <Field
          name="other"
          label={said.nameIn(LANGUAGES[other])}
          lang={other}
          defaultValue={before}
          maxLength={100}
          wrong={wrong.other ?? wrong.translations}
        />
        <Field
          name="slug"
          label={said.slug}
          hint={said.slugHint}
          defaultValue={whole?.slug ?? ""}
          maxLength={60}
          wrong={wrong.slug}
        />
        <Send busy={busy} problem={problem}>
          {said.save}
        </Send>
      </form>
    </>
  );
}
