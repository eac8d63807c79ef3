import { useState } from "preact/hooks";
import * as v from "valibot";
import { api, ask } from "../../api/client";
import { asMember } from "../../api/session";
import { useSecurityText } from "../../text/security";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Send } from "../../ui/send";
import { Codes } from "./codes";

const Code = v.object({ code: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))) });

export function RenewDialog({ close }: { close: () => void }) {
  const here = useSecurityText();
  const [codes, setCodes] = useState<readonly string[]>();
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Code,
    async (body) => {
      const made = await asMember(() => ask(api.POST("/v1/accounts/me:renewRecoveryCodes", { body })));
      setCodes(made.recoveryCodes);
    },
    here.reasons,
  );
  if (codes)
    return (
      <Dialog heading={here.recovery} close={close}>
        <Codes codes={codes} done={close} />
      </Dialog>
    );
  return (
    <Dialog heading={here.renew} close={close}>
      <p class="quiet">{here.renewHint}</p>
      <form ref={form} onSubmit={onSubmit} method="post" noValidate>
        <Field
          name="code"
          label={here.code}
          autocomplete="one-time-code"
          inputMode="numeric"
          wrong={wrong.code}
        />
        <Send busy={busy} problem={problem}>
          {here.renew}
        </Send>
      </form>
      <div class="dialog-acts">
        <button type="button" class="button" onClick={close}>
          {here.cancel}
        </button>
      </div>
    </Dialog>
  );
}
