import * as v from "valibot";
import { useLetterText } from "../../text/letters";
import { fault, useForm } from "../../ui/form";
import { useKey } from "../../ui/key";
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
  const here = useLetterText();
  const key = useKey();
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Entry,
    async ({ text }) => {
      await send(key.current(), text);
      key.next();
      form.current?.reset();
    },
    here.reasons,
  );
  return (
    <form ref={form} onSubmit={onSubmit} method="post" noValidate>
      <TextArea name="text" label={here.write} maxLength={MOST} onInput={key.next} wrong={wrong.text} />
      <Send busy={busy} problem={problem}>
        {press}
      </Send>
    </form>
  );
}
