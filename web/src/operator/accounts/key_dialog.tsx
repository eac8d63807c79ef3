import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import * as v from "valibot";
import { useAccount } from "../../session/mine";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Send } from "../../ui/send";
import { useStale } from "../acting";
import { rolesQuery } from "../rights";
import { dayStart } from "../waited";
import { makeKey } from "./accounts";
import "./key_dialog.css";

const Made = v.object({
  name: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))),
  until: v.string(),
});

// What only people may (services/auth/credentials/roles.cpp): whoever finds a key must not make himself at home with it.
const PEOPLE_ONLY = ["roles.grant", "api_keys.write"];

/** Makes a key, of what its maker may; then shows it, this once. */
export function KeyDialog({ close }: { close: () => void }) {
  const { said } = useWords("op_people");
  const { said: all } = useWords("operator");
  const { account } = useAccount();
  const roles = useQuery(rolesQuery).data ?? [];
  const stale = useStale();
  const [secret, setSecret] = useState("");
  const [permissions, setPermissions] = useState<ReadonlySet<string>>(new Set());
  const [isEmpty, setEmpty] = useState(false);
  const mine = roles.filter((one) => account?.roles.includes(one.name)).flatMap((one) => one.permissions);
  const offered = [...new Set(mine)].filter((one) => !PEOPLE_ONLY.includes(one)).sort();
  const { form, onSubmit, busy, problem, wrong } = useForm(Made, async ({ name, until }) => {
    setEmpty(permissions.size === 0);
    if (permissions.size === 0) return;
    const expireTime = dayStart(until, 1);
    const made = await makeKey({
      name,
      permissions: [...permissions].sort(),
      ...(expireTime && { expireTime }),
    });
    setSecret(made.secret);
    stale();
  });
  const toggle = (permission: string) => {
    const next = new Set(permissions);
    if (!next.delete(permission)) next.add(permission);
    setPermissions(next);
  };
  if (secret)
    return (
      <Dialog heading={said.keyMade} close={close}>
        <p class="quiet">{said.keyOnce}</p>
        <p class="key-secret">
          <code>{secret}</code>
        </p>
        <div class="dialog-acts">
          <button type="button" class="button" onClick={() => void navigator.clipboard.writeText(secret)}>
            {said.copy}
          </button>
          <button type="button" class="button button-main" onClick={close}>
            {said.kept}
          </button>
        </div>
      </Dialog>
    );
  return (
    <Dialog heading={said.makeKey} close={close}>
      <form ref={form} onSubmit={onSubmit} noValidate>
        <Field name="name" label={said.keyName} maxLength={100} wrong={wrong.name} />
        <fieldset class="key-rights">
          <legend>{said.keyMay}</legend>
          {offered.map((one) => (
            <label key={one}>
              <input type="checkbox" checked={permissions.has(one)} onChange={() => toggle(one)} />
              <code>{one}</code>
            </label>
          ))}
        </fieldset>
        <Field name="until" type="date" label={said.keyUntil} hint={said.keyUntilHint} wrong={wrong.until} />
        <Send busy={busy} problem={isEmpty ? said.keyNothing : problem}>
          {said.makeKey}
        </Send>
      </form>
      <div class="dialog-acts">
        <button type="button" class="button" onClick={close}>
          {all.leaveIt}
        </button>
      </div>
    </Dialog>
  );
}
