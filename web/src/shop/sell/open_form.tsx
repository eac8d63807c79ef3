import { useState } from "preact/hooks";
import * as v from "valibot";
import type { Seller } from "../../api/catalogue";
import { api, ask } from "../../api/client";
import { Refusal } from "../../api/refusal";
import { asMember } from "../../api/session";
import { useWords } from "../../text/rooms";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { useKeys } from "../../ui/key";
import { Select } from "../../ui/select";
import { Send } from "../../ui/send";
import { countriesIn } from "../addresses/countries";
import { suggestSlug } from "./slug";

const Entry = v.object({
  displayName: v.pipe(
    v.string(),
    v.trim(),
    v.minLength(1, fault("missing")),
    v.maxLength(100, fault("refused")),
  ),
  slug: v.pipe(v.string(), v.trim(), v.regex(/^[a-z0-9][a-z0-9-]{1,38}[a-z0-9]$/, fault("refused"))),
  countryCode: v.pipe(v.string(), v.regex(/^[A-Z]{2}$/, fault("missing"))),
});

export function OpenForm({ done, cancel }: { done: (made: Seller) => Promise<void>; cancel: () => void }) {
  const { said, language } = useWords("selling");
  const keys = useKeys();
  const [slug, setSlug] = useState("");
  const [own, setOwn] = useState(false);
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Entry,
    async (body) => {
      try {
        const made = await asMember(() =>
          ask(api.POST("/v1/sellers", { params: { header: { "Idempotency-Key": keys.of(body) } }, body })),
        );
        await done(made);
      } catch (refused) {
        if (refused instanceof Refusal && refused.status >= 400 && refused.status < 500) keys.answered();
        throw refused;
      }
    },
    said.reasons,
  );
  return (
    <section class="card">
      <h2>{said.open}</h2>
      <form ref={form} onSubmit={onSubmit} method="post" noValidate>
        <Field
          name="displayName"
          label={said.name}
          autocomplete="organization"
          autofocus
          maxLength={100}
          onInput={(event) => {
            if (!own) setSlug(suggestSlug(event.currentTarget.value));
          }}
          wrong={wrong.displayName}
        />
        <Field
          name="slug"
          label={said.slug}
          hint={said.slugHint}
          autocomplete="off"
          value={slug}
          maxLength={40}
          onInput={(event) => {
            setOwn(true);
            setSlug(event.currentTarget.value);
          }}
          wrong={wrong.slug}
        />
        <Select
          name="countryCode"
          label={said.country}
          chosen={language === "ru" ? "RU" : "DE"}
          options={countriesIn(language)}
          wrong={wrong.countryCode}
        />
        <Send busy={busy} problem={problem}>
          {said.send}
        </Send>
      </form>
      <div class="acts">
        <button type="button" class="button" onClick={cancel}>
          {said.cancel}
        </button>
      </div>
    </section>
  );
}
