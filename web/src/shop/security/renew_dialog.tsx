import { useState } from "preact/hooks";
import * as v from "valibot";
import { api, ask } from "../../api/client";
import { asMember } from "../../api/session";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Send } from "../../ui/send";
import { Codes } from "./codes";

const Code = v.object({ code: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))) });

export function RenewDialog({ close }: { close: () => void }) {
  const { said } = useWords("security");
  const [codes, setCodes] = useState<readonly string[]>();
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Code,
    async (body) => {
      const made = await asMember(() => ask(api.POST("/v1/accounts/me:renewRecoveryCodes", { body })));
      setCodes(made.recoveryCodes);
    },
    said.reasons,
  );
  if (codes)
    return (
      <Dialog heading={said.recovery} close={close}>
        <Codes codes={codes} done={close} />
      </Dialog>
    );
  return (
    <Dialog heading={said.renew} close={close}>
      <p class="quiet">{said.renewHint}</p>
      <form ref={form} onSubmit={onSubmit} method="post" noValidate>
        <Field
          name="code"
          label={said.code}
          autocomplete="one-time-code"
          inputMode="numeric"
          wrong={wrong.code}
        />
        <Send busy={busy} problem={problem}>
          {said.renew}
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
