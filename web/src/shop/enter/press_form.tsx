import * as v from "valibot";
import { useWords } from "../../text/rooms";
import { useForm } from "../../ui/form";
import { Send } from "../../ui/send";

const Nothing = v.object({});

/** One button: what filters mails opens their links, and is to do nothing by it. */
export function PressForm({ press, send }: { press: string; send: () => Promise<void> }) {
  const { said } = useWords("enter");
  const { form, onSubmit, busy, problem } = useForm(Nothing, send, said.reasons);
  return (
    <form ref={form} onSubmit={onSubmit} method="post" noValidate>
      <Send busy={busy} problem={problem}>
        {press}
      </Send>
    </form>
  );
}
