import { useMutation } from "@tanstack/preact-query";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useWords } from "../text/rooms";
import { Dialog } from "./dialog";
import { wordsOf } from "./problem";
import { TextArea } from "./text_area";

/** Before something is done: what it will do (`children`), a reason where there is to be one, then the deed itself. What refuses it is said there,
 * and nothing that was written is lost. */
export function ActDialog({
  heading,
  children,
  reason,
  press,
  isBad = false,
  act,
  close,
  done,
  reasons,
}: {
  heading: string;
  children?: ComponentChildren;
  /** Left out where none is asked for. */
  reason?: { label: string; hint?: string; required: boolean; most: number };
  press: string;
  isBad?: boolean;
  act: (reason: string) => Promise<unknown>;
  close: () => void;
  /** Once it is done, before the dialog goes. */
  done?: () => void;
  /** What refusals mean here. */
  reasons?: Readonly<Record<string, string>>;
}) {
  const { said, text } = useWords("console");
  const [missing, setMissing] = useState(false);
  const doing = useMutation({
    mutationFn: act,
    onSuccess: () => {
      done?.();
      close();
    },
  });
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    if (doing.isPending || !(event.currentTarget instanceof HTMLFormElement)) return;
    const given = String(new FormData(event.currentTarget).get("reason") ?? "").trim();
    const isMissing = Boolean(reason?.required) && given === "";
    setMissing(isMissing);
    if (!isMissing) doing.mutate(given);
  };
  return (
    <Dialog heading={heading} close={close}>
      {children}
      <form onSubmit={send} noValidate>
        {reason && (
          <TextArea
            name="reason"
            label={reason.label}
            hint={reason.hint}
            rows={3}
            maxLength={reason.most}
            wrong={missing ? text.problem.fault.missing : undefined}
          />
        )}
        <p class="field-wrong" role="alert">
          {doing.isError && wordsOf(doing.error, text, reasons)}
        </p>
        <div class="dialog-acts">
          <button
            type="submit"
            class={isBad ? "button button-bad" : "button button-main"}
            aria-disabled={doing.isPending}
          >
            {doing.isPending ? text.loading : press}
          </button>
          <button type="button" class="button" onClick={close}>
            {said.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
