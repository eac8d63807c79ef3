import { useMutation } from "@tanstack/preact-query";
import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { wordsOf } from "../../ui/problem";
import { Send } from "../../ui/send";
import { mine } from "../mine";
import { ROLES } from "../permissions";
import { useShop } from "../shop";

// Of these no key has any: they are for people alone.
const PEOPLES = ["api_keys.write", "sellers.control"];

/** A new key: what it may do of what its maker may, and its secret, which is shown once. */
export function KeyDialog({ done, close }: { done: () => void; close: () => void }) {
  const { said, text } = useWords("shopkeeping");
  const shop = useShop();
  const [wrong, setWrong] = useState<{ name?: string; permissions?: string }>({});
  const making = useMutation({
    mutationFn: (body: { name: string; permissions: string[] }) =>
      mine(() =>
        api.POST("/v1/sellers/{sellerId}/apiKeys", { params: { path: { sellerId: shop.id } }, body }),
      ),
    onSuccess: done,
  });
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    if (making.isPending || !(event.currentTarget instanceof HTMLFormElement)) return;
    const given = new FormData(event.currentTarget);
    const name = String(given.get("name") ?? "").trim();
    const permissions = given.getAll("permission").map(String);
    const faults = {
      ...(!name && { name: text.problem.fault.missing }),
      ...(permissions.length === 0 && { permissions: said.noPermission }),
    };
    setWrong(faults);
    if (Object.keys(faults).length === 0) making.mutate({ name, permissions });
  };
  if (making.data) return <Secret secret={making.data.secret} close={close} />;
  const all = (ROLES[shop.role] ?? []).filter((one) => !PEOPLES.includes(one));
  return (
    <Dialog heading={said.newKey} close={close}>
      <form onSubmit={send} noValidate>
        <Field name="name" label={said.name} maxLength={100} hint={said.keyHint} wrong={wrong.name} />
        <fieldset>
          <legend>{said.may}</legend>
          {all.map((one) => (
            <label key={one} class="check">
              <input type="checkbox" name="permission" value={one} />
              {said.permission[one] ?? one}
            </label>
          ))}
        </fieldset>
        <Send
          busy={making.isPending}
          problem={wrong.permissions ?? (making.isError ? wordsOf(making.error, text) : undefined)}
        >
          {said.make}
        </Send>
      </form>
      <div class="dialog-acts">
        <button type="button" class="button" onClick={close}>
          {said.cancel}
        </button>
      </div>
    </Dialog>
  );
}

function Secret({ secret, close }: { secret: string; close: () => void }) {
  const { said } = useWords("shopkeeping");
  const shown = useRef<HTMLInputElement>(null);
  useEffect(() => shown.current?.select(), []);
  return (
    <Dialog heading={said.secretHeading} close={close}>
      <p>{said.secretHint}</p>
      <label class="field">
        <span>{said.secret}</span>
        <input ref={shown} readOnly value={secret} />
      </label>
      <div class="dialog-acts">
        <button type="button" class="button button-main" onClick={close}>
          {said.secretKept}
        </button>
      </div>
    </Dialog>
  );
}
