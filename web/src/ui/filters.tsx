import { Link, useLocation } from "wouter-preact";
import { useWords } from "../text/rooms";
import { Field } from "./field";
import { Select } from "./select";
import { type FilterValues, writeQuery } from "./use_filters";
import "./filters.css";

export type FilterField =
  | { name: string; label: string; kind: "words"; hint?: string }
  | { name: string; label: string; kind: "day" | "time" }
  | { name: string; label: string; kind: "choice"; options: readonly { value: string; label: string }[] };
export type View = { name: string; values: FilterValues };

const TYPES = { words: "search", day: "date", time: "datetime-local" } as const;

/** What narrows a list, and the views of it that are worth a name. A choice counts at once, words and days when they are done. */
export function Filters({
  label,
  fields,
  values,
  set,
  clear,
  views = [],
}: {
  label: string;
  fields: readonly FilterField[];
  values: FilterValues;
  set: (patch: FilterValues) => void;
  clear: () => void;
  views?: readonly View[];
}) {
  const { said } = useWords("console");
  // An address that is only "?state=…" would be of the console, not of the page.
  const [path] = useLocation();
  const now = writeQuery(values);
  const isNarrowed = now !== "";
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    const given = new FormData(event.currentTarget);
    set(Object.fromEntries(fields.map(({ name }) => [name, String(given.get(name) ?? "").trim()])));
  };
  return (
    <div class="filters">
      {views.length > 0 && (
        <nav class="views" aria-label={said.views}>
          <ul>
            {views.map((view) => {
              const query = writeQuery(view.values);
              return (
                <li key={view.name}>
                  <Link href={`${path}${query}`} aria-current={query === now ? "page" : undefined}>
                    {view.name}
                  </Link>
                </li>
              );
            })}
          </ul>
        </nav>
      )}
      {/* Another view fills the fields anew. */}
      {fields.length > 0 && (
        <form key={now} class="filters-form" aria-label={label} onSubmit={send}>
          {fields.map((field) =>
            field.kind === "choice" ? (
              <Select
                key={field.name}
                name={field.name}
                label={field.label}
                options={field.options}
                chosen={values[field.name]}
                onChange={(event) => set({ [field.name]: event.currentTarget.value })}
              />
            ) : (
              <Field
                key={field.name}
                name={field.name}
                label={field.label}
                type={TYPES[field.kind]}
                maxLength={200}
                defaultValue={values[field.name]}
                {...(field.kind === "words" && field.hint && { placeholder: field.hint })}
              />
            ),
          )}
          <div class="filters-acts">
            <button type="submit" class="button">
              {said.narrow}
            </button>
            {isNarrowed && (
              <button type="button" class="button button-plain" onClick={clear}>
                {said.clearFilters}
              </button>
            )}
          </div>
        </form>
      )}
    </div>
  );
}
