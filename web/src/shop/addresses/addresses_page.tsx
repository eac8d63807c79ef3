import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { lazy, Suspense } from "preact/compat";
import { useState } from "preact/hooks";
import { useWords } from "../../text/rooms";
import { Confirm } from "../../ui/confirm";
import { Empty } from "../../ui/empty";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { AccountFrame } from "../account/frame";
import { addressLines } from "./address_lines";
import { type Address, addresses, remove, update } from "./addresses";

const AddressForm = lazy(() => import("./address_form").then((room) => room.AddressForm));

export function AddressesPage() {
  return (
    <AccountFrame room="addresses">
      <List />
    </AccountFrame>
  );
}

function List() {
  const { said } = useWords("addresses");
  const queries = useQueryClient();
  const asked = useQuery(addresses);
  const [editing, setEditing] = useState<Address | "new">();
  const [leaving, setLeaving] = useState<Address>();
  const changed = () => queries.invalidateQueries({ queryKey: addresses.queryKey });
  if (asked.isPending) return <Skeleton shape="text" count={2} />;
  if (asked.isLoadingError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  if (editing)
    return (
      <Suspense fallback={<Skeleton shape="text" count={4} />}>
        <AddressForm
          {...(editing !== "new" && { address: editing })}
          isFirst={asked.data.length === 0}
          done={async () => {
            await changed();
            setEditing(undefined);
          }}
          cancel={() => setEditing(undefined)}
        />
      </Suspense>
    );
  const add = (
    <button type="button" class="button button-main" onClick={() => setEditing("new")}>
      {said.add}
    </button>
  );
  if (asked.data.length === 0)
    return (
      <Empty heading={said.none} hint={said.noneHint}>
        {add}
      </Empty>
    );
  return (
    <>
      <ul class="cards">
        {asked.data.map((one) => (
          <li key={one.id} class="card">
            <Shown
              address={one}
              edit={() => setEditing(one)}
              leave={() => setLeaving(one)}
              prefer={() => update(one.id, one.etag, { isDefault: true }).finally(changed)}
            />
          </li>
        ))}
      </ul>
      <div class="acts">{add}</div>
      {leaving && (
        <Confirm
          heading={`${said.removeOf(leaving.recipient)}?`}
          hint={said.removeHint}
          press={said.remove}
          keep={said.cancel}
          act={() => remove(leaving.id).then(changed)}
          close={() => setLeaving(undefined)}
        />
      )}
    </>
  );
}

function Shown({
  address,
  edit,
  leave,
  prefer,
}: {
  address: Address;
  edit: () => void;
  leave: () => void;
  prefer: () => Promise<unknown>;
}) {
  const { said, format } = useWords("addresses");
  return (
    <>
      <h2>
        {address.recipient} {address.isDefault && <span class="badge">{said.isDefault}</span>}
      </h2>
      <p class="prose">{addressLines(address, format).slice(1).join("\n")}</p>
      {address.phone && <p class="quiet">{address.phone}</p>}
      <div class="acts">
        <button type="button" class="button" aria-label={said.editOf(address.recipient)} onClick={edit}>
          {said.edit}
        </button>
        {!address.isDefault && (
          <button
            type="button"
            class="button"
            aria-label={said.makeDefaultOf(address.recipient)}
            onClick={() => void prefer().catch(() => {})}
          >
            {said.makeDefault}
          </button>
        )}
        <button type="button" class="button" aria-label={said.removeOf(address.recipient)} onClick={leave}>
          {said.remove}
        </button>
      </div>
    </>
  );
}
