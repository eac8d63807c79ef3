import { useQuery } from "@tanstack/preact-query";
import { type Category, categories } from "../../api/catalogue";
import { useWords } from "../../text/rooms";
import { Field } from "../../ui/field";
import { Select } from "../../ui/select";
import { TextArea } from "../../ui/text_area";
import type { Form } from "./model";

const FRESH_MS = 5 * 60_000;

/** "Hardware / Hammers" of each category, in the order of these words. */
export function namesOf(all: readonly Category[]): { value: string; label: string }[] {
  const byId = new Map(all.map((one) => [one.id, one]));
  const nameOf = (one: Category): string => {
    const above = one.parentId === undefined ? undefined : byId.get(one.parentId);
    return above ? `${nameOf(above)} / ${one.name}` : one.name;
  };
  return all
    .map((one) => ({ value: one.id, label: nameOf(one) }))
    .sort((a, b) => a.label.localeCompare(b.label));
}

/** What the product is, in words. */
export function Fields({
  form,
  set,
  wrong,
}: {
  form: Form;
  set: (form: Form) => void;
  wrong: Readonly<Record<string, string>>;
}) {
  const { said, language } = useWords("assortment");
  const asked = useQuery({
    queryKey: ["categories", language],
    queryFn: () => categories(language),
    staleTime: FRESH_MS,
  });
  return (
    <div class="form">
      <Field
        name="title"
        label={said.title}
        maxLength={200}
        value={form.title}
        onInput={(event) => set({ ...form, title: event.currentTarget.value })}
        wrong={wrong.title}
      />
      <Select
        name="categoryId"
        label={said.category}
        chosen={form.categoryId}
        options={[{ value: "", label: said.chooseCategory }, ...namesOf(asked.data ?? [])]}
        onChange={(event) => set({ ...form, categoryId: event.currentTarget.value })}
        wrong={wrong.categoryId}
      />
      <TextArea
        name="description"
        label={said.description}
        rows={8}
        maxLength={10000}
        value={form.description}
        onInput={(event) => set({ ...form, description: event.currentTarget.value })}
        wrong={wrong.description}
      />
    </div>
  );
}
