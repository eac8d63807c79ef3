import { useState } from "preact/hooks";
import * as v from "valibot";
import { useWords } from "../../text/rooms";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Select } from "../../ui/select";
import { Send } from "../../ui/send";
import { missingIn, type Values } from "./addresses";
import { countriesIn, countryOf } from "./countries";
import "./address_fields.css";

const line = v.pipe(v.optional(v.string(), ""), v.trim(), v.maxLength(100, fault("refused")));
const Shape = v.object({
  countryCode: line,
  recipient: line,
  lines: line,
  more: line,
  postalCode: line,
  city: line,
  region: line,
  phone: line,
  isDefault: v.optional(v.literal("on")),
});

const asValues = ({ lines, more, isDefault, ...rest }: v.InferOutput<typeof Shape>): Values => ({
  ...rest,
  lines: [lines, more].filter(Boolean),
  isDefault: isDefault === "on",
});

/** The country of this browser, where it says one: most people have things sent to where they are. */
function homeOf(language: string): string {
  const region = new Intl.Locale(navigator.language).region ?? "";
  return countryOf(region)?.code ?? (language === "ru" ? "RU" : "DE");
}

export const emptyFor = (language: string, isDefault: boolean): Values => ({
  countryCode: homeOf(language),
  recipient: "",
  lines: [],
  postalCode: "",
  city: "",
  region: "",
  phone: "",
  isDefault,
});

/** What an address has in its country, with a button that says what comes of it. */
export function AddressFields({
  begin,
  press,
  send,
  isOnce = false,
  reasons = {},
}: {
  begin: Values;
  press: string;
  send: (values: Values) => Promise<void>;
  /** It is not kept, so it is not to be offered first either. */
  isOnce?: boolean;
  /** What refusals mean where it goes. */
  reasons?: Readonly<Record<string, string>>;
}) {
  const { said, text, language } = useWords("addresses");
  const [code, setCode] = useState(begin.countryCode);
  const country = countryOf(code);
  const missing = (values: Record<string, unknown>) =>
    Object.fromEntries(
      missingIn(country, asValues(v.parse(Shape, values))).map((name) => [name, text.problem.fault.missing]),
    );
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Shape,
    (values) => send(asValues(values)),
    { ...said.reasons, ...reasons },
    missing,
  );
  const named = (label: string, isNeeded: boolean | undefined) => (isNeeded ? label : said.optional(label));
  const field = (name: "recipient" | "postalCode" | "city" | "region" | "phone", autocomplete: string) => ({
    name,
    autocomplete,
    defaultValue: begin[name],
    maxLength: 100,
    wrong: wrong[name],
  });
  return (
    <form ref={form} class="address-fields" onSubmit={onSubmit} method="post" noValidate>
      <Select
        name="countryCode"
        label={said.country}
        autocomplete="country"
        chosen={begin.countryCode}
        options={countriesIn(language)}
        onChange={(event) => setCode(event.currentTarget.value)}
        wrong={wrong.countryCode}
      />
      <Field {...field("recipient", "name")} label={said.recipient} />
      <Field
        name="lines"
        label={said.street}
        autocomplete="address-line1"
        defaultValue={begin.lines[0] ?? ""}
        maxLength={100}
        wrong={wrong.lines}
      />
      <Field
        name="more"
        label={said.optional(said.more)}
        autocomplete="address-line2"
        defaultValue={begin.lines.slice(1).join(", ")}
        maxLength={100}
      />
      <div class="address-town">
        <Field
          {...field("postalCode", "postal-code")}
          label={named(said.postalCode, country?.postalCode)}
          {...(country?.example && { hint: said.example(country.example) })}
        />
        <Field {...field("city", "address-level2")} label={named(said.city, country?.city)} />
      </div>
      <Field {...field("region", "address-level1")} label={named(said.region, country?.region)} />
      <Field {...field("phone", "tel")} type="tel" label={said.optional(said.phone)} />
      {!isOnce && (
        <label class="check">
          <input type="checkbox" name="isDefault" defaultChecked={begin.isDefault} />
          <span>{said.default}</span>
        </label>
      )}
      <Send busy={busy} problem={problem}>
        {press}
      </Send>
    </form>
  );
}
