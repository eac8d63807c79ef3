import { useEffect, useRef, useState } from "preact/hooks";
import * as v from "valibot";
import { Refusal } from "../../api/refusal";
import { useAddressText } from "../../text/addresses";
import { useText } from "../../text/messages";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Select } from "../../ui/select";
import { Send } from "../../ui/send";
import { Versions } from "../../ui/versions";
import { type Address, create, missingIn, read, update, type Values, valuesOf } from "./addresses";
import { countriesIn, countryOf } from "./countries";
import "./address_form.css";

const said = v.pipe(v.optional(v.string(), ""), v.trim(), v.maxLength(100, fault("refused")));
const Shape = v.object({
  countryCode: said,
  recipient: said,
  lines: said,
  more: said,
  postalCode: said,
  city: said,
  region: said,
  phone: said,
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
  done,
  cancel,
}: {
  address?: Address;
  isFirst: boolean;
  done: (saved: Address) => unknown;
  cancel: () => void;
}) {
  const { language } = useText();
  const here = useAddressText();
  const [shown, setShown] = useState(address);
  const [conflict, setConflict] = useState<{ mine: Values; theirs: Address }>();
  const first = useRef<HTMLHeadingElement>(null);
  useEffect(() => first.current?.focus(), []);

  const send = async (values: Values, etag: string) => {
    try {
      await done(await (shown ? update(shown.id, etag, values) : create(values)));
    } catch (problem) {
      if (!(shown && problem instanceof Refusal && problem.reason === "ETAG_MISMATCH")) throw problem;
      setConflict({ mine: values, theirs: await read(shown.id) });
    }
  };
  const begin = shown ? valuesOf(shown) : emptyIn(language === "ru" ? "RU" : "DE", isFirst);
  return (
    <section class="address-form">
      <h2 ref={first} tabIndex={-1}>
        {shown ? here.change : here.new}
      </h2>
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
        <Fields key={shown?.etag ?? ""} begin={begin} send={(values) => send(values, shown?.etag ?? "")} />
      )}
      <div class="acts">
        <button type="button" class="button" onClick={cancel}>
          {here.cancel}
        </button>
      </div>
    </section>
  );
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
  const { format } = useText();
  const here = useAddressText();
  const shown = (one: Values): [string, string][] => [
    [here.country, format.country(one.countryCode)],
    [here.recipient, one.recipient],
    [here.street, one.lines.join(", ")],
    [here.postalCode, one.postalCode],
    [here.city, one.city],
    [here.region, one.region],
    [here.phone, one.phone],
    [here.default, one.isDefault ? here.yes : here.no],
  ];
  const other = shown(theirs);
  return (
    <Versions
      heading={here.changed}
      words={here.versions}
      fields={shown(mine).map(([name, said], index) => ({
        name,
        mine: said,
        theirs: other[index]?.[1] ?? "",
      }))}
      {...acts}
    />
  );
}

function Fields({ begin, send }: { begin: Values; send: (values: Values) => Promise<void> }) {
  const { text, language } = useText();
  const here = useAddressText();
  const [code, setCode] = useState(begin.countryCode);
  const country = countryOf(code);
  const missing = (values: Record<string, unknown>) =>
    Object.fromEntries(
      missingIn(country, asValues(v.parse(Shape, values))).map((name) => [name, text.problem.fault.missing]),
    );
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Shape,
    (values) => send(asValues(values)),
    here.reasons,
    missing,
  );
  const named = (label: string, isNeeded: boolean | undefined) => (isNeeded ? label : here.optional(label));
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
        label={here.country}
        autocomplete="country"
        chosen={begin.countryCode}
        options={countriesIn(language)}
        onChange={(event) => setCode(event.currentTarget.value)}
        wrong={wrong.countryCode}
      />
      <Field {...field("recipient", "name")} label={here.recipient} />
      <Field
        name="lines"
        label={here.street}
        autocomplete="address-line1"
        defaultValue={begin.lines[0] ?? ""}
        maxLength={100}
        wrong={wrong.lines}
      />
      <Field
        name="more"
        label={here.optional(here.more)}
        autocomplete="address-line2"
        defaultValue={begin.lines.slice(1).join(", ")}
        maxLength={100}
      />
      <div class="address-town">
        <Field
          {...field("postalCode", "postal-code")}
          label={named(here.postalCode, country?.postalCode)}
          {...(country?.example && { hint: here.example(country.example) })}
        />
        <Field {...field("city", "address-level2")} label={named(here.city, country?.city)} />
      </div>
      <Field {...field("region", "address-level1")} label={named(here.region, country?.region)} />
      <Field {...field("phone", "tel")} type="tel" label={here.optional(here.phone)} />
      <label class="check">
        <input type="checkbox" name="isDefault" defaultChecked={begin.isDefault} />
        <span>{here.default}</span>
      </label>
      <Send busy={busy} problem={problem}>
        {here.save}
      </Send>
    </form>
  );
}
