import * as v from "valibot";
import { useWords } from "../../text/rooms";
import { fault, useForm } from "../../ui/form";
import { useKeys } from "../../ui/key";
import { Send } from "../../ui/send";
import { TextArea } from "../../ui/text_area";

const MOST = 4000;
const Entry = v.object({
  text: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing")), v.maxLength(MOST, fault("refused"))),
});

/** A message, which is sent once however often it is tried. */
export function Write({
  press,
  send,
}: {
  press: string;
  send: (key: string, text: string) => Promise<void>;
}) {
  const { said } = useWords("letters");
  const keys = useKeys();
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Entry,
    async ({ text }) => {
      await send(keys.of(text), text);
      keys.answered();
      form.current?.reset();
    },
    said.reasons,
  );
  return (
    <form ref={form} onSubmit={onSubmit} method="post" noValidate>
      <TextArea name="text" label={said.write} maxLength={MOST} wrong={wrong.text} />
      <Send busy={busy} problem={problem}>
        {press}
      </Send>
    </form>
  );
}
