import { useEffect, useRef, useState } from "preact/hooks";
import * as v from "valibot";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { useKeys } from "../../ui/key";
import { Select } from "../../ui/select";
import { Send } from "../../ui/send";
import { Versions } from "../../ui/versions";
import { type Address, create, missingIn, read, update, type Values, valuesOf } from "./addresses";
import { countriesIn, countryOf } from "./countries";
import "./address_form.css";

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

/** An address, new or to be changed: what its country needs is asked for, and all else is optional. */
export function AddressForm({
  address,
  isFirst,
  press,
  done,
  cancel,
}: {
  address?: Address;
  isFirst: boolean;
  /** What the button says, where it does more than save. */
  press?: string;
  done: (saved: Address) => unknown;
  /** Without it the form is part of a page that has its own way on. */
  cancel?: () => void;
}) {
  const { said, language } = useWords("addresses");
  const [shown, setShown] = useState(address);
  const [conflict, setConflict] = useState<{ mine: Values; theirs: Address }>();
  const keys = useKeys();
  const first = useRef<HTMLHeadingElement>(null);
  useEffect(() => first.current?.focus(), []);

  const send = async (values: Values, etag: string) => {
    try {
      await done(await (shown ? update(shown.id, etag, values) : create(values, keys.of(values))));
    } catch (problem) {
      if (!(shown && problem instanceof Refusal && problem.reason === "ETAG_MISMATCH")) throw problem;
      setConflict({ mine: values, theirs: await read(shown.id) });
    }
  };
  const begin = shown ? valuesOf(shown) : emptyIn(homeOf(language), isFirst);
  return (
    <section class="address-form">
      {cancel && (
        <h2 ref={first} tabIndex={-1}>
          {shown ? said.change : said.new}
        </h2>
      )}
      {conflict ? (
        <Both
          mine={conflict.mine}
          theirs={valuesOf(conflict.theirs)}
          takeTheirs={() => {
            setShown(conflict.theirs);
            setConflict(undefined);
          }}
          keepMine={() => void send(conflict.mine, conflict.theirs.etag)}
        />
      ) : (
        <Fields
          key={shown?.etag ?? ""}
          begin={begin}
          press={press ?? said.save}
          send={(values) => send(values, shown?.etag ?? "")}
        />
      )}
      {cancel && (
        <div class="acts">
          <button type="button" class="button" onClick={cancel}>
            {said.cancel}
          </button>
        </div>
      )}
    </section>
  );
}

/** The country of this browser, where it says one: most people have things sent to where they are. */
function homeOf(language: string): string {
  const region = new Intl.Locale(navigator.language).region ?? "";
  return countryOf(region)?.code ?? (language === "ru" ? "RU" : "DE");
}

const emptyIn = (countryCode: string, isDefault: boolean): Values => ({
  countryCode,
  recipient: "",
  lines: [],
  postalCode: "",
  city: "",
  region: "",
  phone: "",
  isDefault,
});

/** Both versions of an address, where they differ. */
function Both({
  mine,
  theirs,
  ...acts
}: {
  mine: Values;
  theirs: Values;
  takeTheirs: () => void;
  keepMine: () => void;
}) {
  const { said, format } = useWords("addresses");
  const shown = (one: Values): [string, string][] => [
    [said.country, format.country(one.countryCode)],
    [said.recipient, one.recipient],
    [said.street, one.lines.join(", ")],
    [said.postalCode, one.postalCode],
    [said.city, one.city],
    [said.region, one.region],
    [said.phone, one.phone],
    [said.default, one.isDefault ? said.yes : said.no],
  ];
  const other = shown(theirs);
  return (
    <Versions
      heading={said.changed}
      words={said.versions}
      fields={shown(mine).map(([name, value], index) => ({
        name,
        mine: value,
        theirs: other[index]?.[1] ?? "",
      }))}
      {...acts}
    />
  );
}

function Fields({
  begin,
  press,
  send,
}: {
  begin: Values;
  press: string;
  send: (values: Values) => Promise<void>;
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
    said.reasons,
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
    <form ref={form} onSubmit={onSubmit} method="post" noValidate>
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
      <label class="check">
        <input type="checkbox" name="isDefault" defaultChecked={begin.isDefault} />
        <span>{said.default}</span>
      </label>
      <Send busy={busy} problem={problem}>
        {press}
      </Send>
    </form>
  );
}
