import * as v from "valibot";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { useKeys } from "../../ui/key";
import { Select } from "../../ui/select";
import { Send } from "../../ui/send";
import { mine } from "../mine";
import { useShop } from "../shop";
import type { Member } from "./team_page";

const ROLES = ["staff", "manager", "owner"] as const;
const Invited = v.object({
  email: v.pipe(v.string(), v.trim(), v.email(fault("email"))),
  role: v.picklist(ROLES),
});
const Changed = v.object({ role: v.picklist(ROLES) });

function RoleField({ chosen }: { chosen: string }) {
  const { said } = useWords("shopkeeping");
  const shop = useShop();
  const roles = ROLES.filter((one) => one === "staff" || shop.may("sellers.control"));
  return (
    <Select
      name="role"
      label={said.roleIs}
      chosen={chosen}
      hint={said.roleHint}
      options={roles.map((value) => ({ value, label: said.role[value] ?? value }))}
    />
  );
}

/** Asks somebody into the team, by mail. */
export function InviteDialog({ done, close }: { done: () => void; close: () => void }) {
  const { said } = useWords("shopkeeping");
  const shop = useShop();
  const keys = useKeys();
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Invited,
    async (body) => {
      const params = { path: { sellerId: shop.id }, header: { "Idempotency-Key": keys.of(body) } };
      await mine(() => api.POST("/v1/sellers/{sellerId}/invitations", { params, body }));
      keys.answered();
      done();
      close();
    },
    said.memberReasons,
  );
  return (
    <Dialog heading={said.invite} close={close}>
      <p class="quiet">{said.inviteHint}</p>
      <form ref={form} onSubmit={onSubmit} noValidate>
        <Field name="email" type="email" label={said.email} autocomplete="off" wrong={wrong.email} />
        <RoleField chosen="staff" />
        <Send busy={busy} problem={problem}>
          {said.invite}
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

/** Another role for a member. */
export function MemberDialog({
  member,
  done,
  close,
}: {
  member: Member;
  done: () => void;
  close: () => void;
}) {
  const { said } = useWords("shopkeeping");
  const shop = useShop();
  const { form, onSubmit, busy, problem } = useForm(
    Changed,
    async (body) => {
      const params = {
        path: { sellerId: shop.id, accountId: member.accountId },
        header: { "If-Match": member.etag },
      };
      await mine(() => api.PATCH("/v1/sellers/{sellerId}/members/{accountId}", { params, body })).finally(
        done,
      );
      close();
    },
    said.memberReasons,
  );
  return (
    <Dialog heading={said.roleOf(member.displayName)} close={close}>
      <form ref={form} onSubmit={onSubmit} noValidate>
        <RoleField chosen={member.role} />
        <Send busy={busy} problem={problem}>
          {said.change}
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
