import { useState } from "preact/hooks";
import * as v from "valibot";
import { api, ask, type Schemas } from "../../api/client";
import { asMember } from "../../api/session";
import { useSecurityText } from "../../text/security";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { QrCode } from "../../ui/qr_code";
import { Send } from "../../ui/send";
import { Codes } from "./codes";

const Name = v.object({ name: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))) });
const Code = v.object({ code: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))) });

/** An app for one-time codes: its name, its key as a picture, a first code of it, and with the first app the recovery codes. */
export function AppDialog({ close }: { close: () => void }) {
  const here = useSecurityText();
  const [made, setMade] = useState<Schemas["NewAuthenticator"]>();
  const [codes, setCodes] = useState<readonly string[]>();
  const confirmed = (got: readonly string[]) => (got.length > 0 ? setCodes(got) : close());
  return (
    <Dialog heading={codes ? here.recovery : made ? here.scan : here.add} close={close}>
      {codes && <Codes codes={codes} done={close} />}
      {!codes && made && <Scan key={made.authenticator.id} made={made} done={confirmed} />}
      {!made && <Naming done={setMade} />}
      {!codes && (
        <div class="dialog-acts">
          <button type="button" class="button" onClick={close}>
            {here.cancel}
          </button>
        </div>
      )}
    </Dialog>
  );
}

function Naming({ done }: { done: (made: Schemas["NewAuthenticator"]) => void }) {
  const here = useSecurityText();
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Name,
    async (body) => done(await asMember(() => ask(api.POST("/v1/accounts/me/authenticators", { body })))),
    here.reasons,
  );
  return (
    <form ref={form} onSubmit={onSubmit} method="post" noValidate>
      <Field name="name" label={here.addName} hint={here.addNameHint} maxLength={100} wrong={wrong.name} />
      <Send busy={busy} problem={problem}>
        {here.next}
      </Send>
    </form>
  );
}

function Scan({
  made,
  done,
}: {
  made: Schemas["NewAuthenticator"];
  done: (codes: readonly string[]) => void;
}) {
  const here = useSecurityText();
  const authenticatorId = made.authenticator.id;
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Code,
    async (body) => {
      const confirmed = await asMember(() =>
        ask(
          api.POST("/v1/accounts/me/authenticators/{authenticatorId}:confirm", {
            params: { path: { authenticatorId } },
            body,
          }),
        ),
      );
      done(confirmed.recoveryCodes);
    },
    here.reasons,
  );
  return (
    <form ref={form} onSubmit={onSubmit} method="post" noValidate>
      <QrCode value={made.uri} label={here.qr} />
      <div>
        <p class="quiet">{here.scanHint}</p>
        <code class="secret">{made.secret.replace(/(.{4})(?=.)/g, "$1 ")}</code>
      </div>
      <Field
        name="code"
        label={here.code}
        autocomplete="one-time-code"
        inputMode="numeric"
        autofocus
        wrong={wrong.code}
      />
      <Send busy={busy} problem={problem}>
        {here.finish}
      </Send>
    </form>
  );
}
