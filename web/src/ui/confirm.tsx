import { useMutation } from "@tanstack/preact-query";
import { useText } from "../text/messages";
import { Dialog } from "./dialog";
import { wordsOf } from "./problem";

/** Asks once more before something is gone. */
export function Confirm({
  heading,
  hint,
  press,
  keep,
  act,
  close,
  reasons,
}: {
  heading: string;
  hint?: string;
  press: string;
  keep: string;
  act: () => Promise<unknown>;
  close: () => void;
  reasons?: Readonly<Record<string, string>>;
}) {
  const { text } = useText();
  const doing = useMutation({ mutationFn: act, onSuccess: close });
  return (
    <Dialog heading={heading} close={close}>
      {hint && <p class="quiet">{hint}</p>}
      <p class="field-wrong" role="alert">
        {doing.isError && wordsOf(doing.error, text, reasons)}
      </p>
      <div class="dialog-acts">
        <button
          type="button"
          class="button button-bad"
          aria-disabled={doing.isPending}
          onClick={() => doing.isPending || doing.mutate()}
        >
          {doing.isPending ? text.loading : press}
        </button>
        <button type="button" class="button" onClick={close}>
          {keep}
        </button>
      </div>
    </Dialog>
  );
}
