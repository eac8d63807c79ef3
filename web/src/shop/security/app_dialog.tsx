import { useState } from "preact/hooks";
import * as v from "valibot";
import { api, ask, type Schemas } from "../../api/client";
import { asMember } from "../../api/session";
import { useWords } from "../../text/rooms";
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
  const { said } = useWords("security");
  const [made, setMade] = useState<Schemas["NewAuthenticator"]>();
  const [codes, setCodes] = useState<readonly string[]>();
  const confirmed = (got: readonly string[]) => (got.length > 0 ? setCodes(got) : close());
  return (
    <Dialog heading={codes ? said.recovery : made ? said.scan : said.add} close={close}>
      {codes && <Codes codes={codes} done={close} />}
      {!codes && made && <Scan key={made.authenticator.id} made={made} done={confirmed} />}
      {!made && <Naming done={setMade} />}
      {!codes && (
        <div class="dialog-acts">
          <button type="button" class="button" onClick={close}>
            {said.cancel}
          </button>
        </div>
      )}
    </Dialog>
  );
}

function Naming({ done }: { done: (made: Schemas["NewAuthenticator"]) => void }) {
  const { said } = useWords("security");
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Name,
    async (body) => done(await asMember(() => ask(api.POST("/v1/accounts/me/authenticators", { body })))),
    said.reasons,
  );
  return (
    <form ref={form} onSubmit={onSubmit} method="post" noValidate>
      <Field name="name" label={said.addName} hint={said.addNameHint} maxLength={100} wrong={wrong.name} />
      <Send busy={busy} problem={problem}>
        {said.next}
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
  const { said } = useWords("security");
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
    said.reasons,
  );
  return (
    <form ref={form} onSubmit={onSubmit} method="post" noValidate>
      <QrCode value={made.uri} label={said.qr} />
      <div>
        <p class="quiet">{said.scanHint}</p>
        <code class="secret">{made.secret.replace(/(.{4})(?=.)/g, "$1 ")}</code>
      </div>
      <Field
        name="code"
        label={said.code}
        autocomplete="one-time-code"
        inputMode="numeric"
        autofocus
        wrong={wrong.code}
      />
      <Send busy={busy} problem={problem}>
        {said.finish}
      </Send>
    </form>
  );
}
