import { useQueryClient } from "@tanstack/preact-query";
import { useMemo, useState } from "preact/hooks";
import * as v from "valibot";
import { addAddress } from "../../api/orders";
import { useWords } from "../../text/rooms";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Send } from "../account/entrance";
import { COUNTRIES, type Needs, needsOf } from "./countries";
import { useKeys } from "./use_key";
import "./address_form.css";

const needed = v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing")));
const free = v.optional(v.pipe(v.string(), v.trim()), "");
const when = (is: boolean) => (is ? needed : free);

const formOf = (needs: Needs) =>
  v.object({
    countryCode: needed,
    recipient: needed,
    "lines[0]": needed,
    "lines[1]": free,
    postalCode: when(needs.postalCode),
    city: when(needs.city),
    region: when(needs.region),
    phone: free,
  });

/** The country of this browser: most people have things sent to where they are. */
function homeOf(language: string): string {
  const region = new Intl.Locale(language).region ?? "";
  return COUNTRIES.includes(region) ? region : "";
}

/** A new address. Which fields it has is a matter of its country. */
export function AddressForm({ saved }: { saved: (addressId: string) => void }) {
  const { said, format, language } = useWords("checkout");
  const queries = useQueryClient();
  const keys = useKeys();
  const [country, setCountry] = useState(() => homeOf(navigator.language));
  const needs = needsOf(country);
  const countries = useMemo(() => {
    const order = new Intl.Collator(language);
    return COUNTRIES.map((code) => ({ code, name: format.country(code) })).sort((one, other) =>
      order.compare(one.name, other.name),
    );
  }, [language, format]);
  const { form, onSubmit, busy, problem, wrong } = useForm(formOf(needs), async (said) => {
    const { "lines[0]": first, "lines[1]": second, postalCode, city, region, phone, ...rest } = said;
    const body = {
      ...rest,
      lines: [first, second].filter(Boolean),
      ...(postalCode && { postalCode }),
      ...(city && { city }),
      ...(region && { region }),
      ...(phone && { phone }),
    };
    const made = await addAddress(body, keys.of(body));
    keys.answered();
    await queries.invalidateQueries({ queryKey: ["mine", "addresses"] });
    saved(made.id);
  });
  return (
    <form ref={form} class="address-form" onSubmit={onSubmit} noValidate>
      <div class="field">
        <label for="address-country">{said.country}</label>
        <select
          id="address-country"
          name="countryCode"
          autocomplete="country"
          value={country}
          aria-invalid={wrong.countryCode ? "true" : undefined}
          aria-describedby={wrong.countryCode ? "address-country-wrong" : undefined}
          onChange={(event) => setCountry(event.currentTarget.value)}
        >
          <option value="" />
          {countries.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </select>
        {wrong.countryCode && (
          <p class="field-wrong" id="address-country-wrong">
            {wrong.countryCode}
          </p>
        )}
      </div>
      <Field
        name="recipient"
        label={said.recipient}
        autocomplete="name"
        maxLength={200}
        wrong={wrong.recipient}
      />
      <Field
        name="lines[0]"
        label={said.street}
        autocomplete="address-line1"
        maxLength={200}
        wrong={wrong["lines[0]"]}
      />
      <Field
        name="lines[1]"
        label={said.street2}
        autocomplete="address-line2"
        maxLength={200}
        wrong={wrong["lines[1]"]}
      />
      <div class="address-form-row">
        <Field
          name="postalCode"
          label={said.postalCode}
          autocomplete="postal-code"
          maxLength={20}
          wrong={wrong.postalCode}
        />
        <Field
          name="city"
          label={said.city}
          autocomplete="address-level2"
          maxLength={100}
          wrong={wrong.city}
        />
      </div>
      {needs.region && (
        <Field
          name="region"
          label={said.region}
          autocomplete="address-level1"
          maxLength={100}
          wrong={wrong.region}
        />
      )}
      <Field
        name="phone"
        type="tel"
        label={said.phone}
        hint={said.phoneHint}
        autocomplete="tel"
        maxLength={30}
        wrong={wrong.phone}
      />
      <Send busy={busy} problem={problem}>
        {said.send}
      </Send>
    </form>
  );
}
