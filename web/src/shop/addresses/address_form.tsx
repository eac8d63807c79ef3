import { useEffect, useRef, useState } from "preact/hooks";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { useKeys } from "../../ui/key";
import { Versions } from "../../ui/versions";
import { AddressFields, emptyFor } from "./address_fields";
import { type Address, create, read, update, type Values, valuesOf } from "./addresses";

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
  const begin = shown ? valuesOf(shown) : emptyFor(language, isFirst);
  return (
    <section class="address-form">
      <h2 ref={first} tabIndex={-1}>
        {shown ? said.change : said.new}
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
        <AddressFields
          key={shown?.etag ?? ""}
          begin={begin}
          press={said.save}
          send={(values) => send(values, shown?.etag ?? "")}
        />
      )}
      <div class="acts">
        <button type="button" class="button" onClick={cancel}>
          {said.cancel}
        </button>
      </div>
    </section>
  );
}

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
