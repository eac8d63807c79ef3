import { useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import * as v from "valibot";
import { api, ask, type Schemas } from "../../api/client";
import { Refusal } from "../../api/refusal";
import { asMember } from "../../api/session";
import { profile } from "../../session/mine";
import { LANGUAGES } from "../../text/messages";
import { useWords } from "../../text/rooms";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Select } from "../../ui/select";
import { Send } from "../../ui/send";
import { Versions } from "../../ui/versions";

type Profile = Schemas["Profile"];

const line = v.pipe(v.string(), v.trim(), v.maxLength(100, fault("refused")));
const Entry = v.object({
  displayName: v.pipe(line, v.minLength(1, fault("missing"))),
  givenName: line,
  familyName: line,
  phone: line,
  locale: line,
});
type Values = v.InferOutput<typeof Entry>;

const valuesOf = (one: Profile): Values => ({
  displayName: one.displayName,
  givenName: one.givenName ?? "",
  familyName: one.familyName ?? "",
  phone: one.phone ?? "",
  locale: one.locale ?? "",
});

/** Who somebody is; changed elsewhere meanwhile, both versions. */
export function ProfileForm({ profile: now }: { profile: Profile }) {
  const { said, text, language } = useWords("account");
  const queries = useQueryClient();
  const [shown, setShown] = useState(now);
  const [saved, setSaved] = useState(false);
  const [conflict, setConflict] = useState<{ mine: Values; theirs: Profile }>();

  const settle = (next: Profile) => {
    queries.setQueryData(profile.queryKey, next);
    setShown(next);
    setConflict(undefined);
  };
  const send = async (values: Values, etag: string) => {
    setSaved(false);
    try {
      settle(
        await asMember(() =>
          ask(api.PATCH("/v1/users/me", { params: { header: { "If-Match": etag } }, body: values })),
        ),
      );
      setSaved(true);
    } catch (problem) {
      if (!(problem instanceof Refusal && problem.reason === "ETAG_MISMATCH")) throw problem;
      const theirs = await asMember(() => ask(api.GET("/v1/users/me")));
      setConflict({ mine: values, theirs });
    }
  };
  const { form, onSubmit, busy, problem, wrong } = useForm(Entry, (values) => send(values, shown.etag));
  const labels: Record<keyof Values, string> = {
    displayName: said.names,
    givenName: said.givenName,
    familyName: said.familyName,
    phone: said.phone,
    locale: said.locale,
  };
  const values = valuesOf(shown);
  if (conflict) {
    const theirs = valuesOf(conflict.theirs);
    return (
      <Versions
        heading={said.changed}
        words={said.versions}
        fields={(["displayName", "givenName", "familyName", "phone", "locale"] as const).map((name) => ({
          name: labels[name],
          mine: conflict.mine[name],
          theirs: theirs[name],
        }))}
        takeTheirs={() => settle(conflict.theirs)}
        keepMine={() => void send(conflict.mine, conflict.theirs.etag)}
      />
    );
  }
  return (
    <form key={shown.etag} ref={form} onSubmit={onSubmit} method="post" noValidate>
      <Field
        name="displayName"
        label={labels.displayName}
        hint={text.enter.nameHint}
        autocomplete="nickname"
        defaultValue={values.displayName}
        maxLength={100}
        wrong={wrong.displayName}
      />
      <Field
        name="givenName"
        label={labels.givenName}
        autocomplete="given-name"
        defaultValue={values.givenName}
        maxLength={100}
        wrong={wrong.givenName}
      />
      <Field
        name="familyName"
        label={labels.familyName}
        autocomplete="family-name"
        defaultValue={values.familyName}
        maxLength={100}
        wrong={wrong.familyName}
      />
      <Field
        name="phone"
        type="tel"
        label={labels.phone}
        hint={said.phoneHint}
        autocomplete="tel"
        defaultValue={values.phone}
        maxLength={40}
        wrong={wrong.phone}
      />
      <Select
        name="locale"
        label={labels.locale}
        chosen={values.locale.slice(0, 2) || language}
        options={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
        wrong={wrong.locale}
      />
      <Send busy={busy} problem={problem}>
        {said.save}
      </Send>
      <p class="said" role="status">
        {saved && said.saved}
      </p>
    </form>
  );
}
