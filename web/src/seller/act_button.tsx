import { useMutation } from "@tanstack/preact-query";
import { useText } from "../text/messages";
import { wordsOf } from "../ui/problem";

/** Does one thing when it is pressed, and says beside it why it could not. */
export function ActButton({
  act,
  done,
  children,
  look = "",
  reasons,
}: {
  act: () => Promise<unknown>;
  done?: () => void;
  children: string;
  look?: "button-main" | "button-bad" | "button-small" | "";
  reasons?: Readonly<Record<string, string>>;
}) {
  const { text } = useText();
  // What is refused may have moved on: it is asked for again, too.
  const doing = useMutation({ mutationFn: act, onSettled: () => done?.() });
  return (
    <>
      <button
        type="button"
        class={`button ${look}`}
        aria-disabled={doing.isPending}
        onClick={() => doing.isPending || doing.mutate()}
      >
        {doing.isPending ? text.loading : children}
      </button>
      <span class="field-wrong" role="alert">
        {doing.isError && wordsOf(doing.error, text, reasons)}
      </span>
    </>
  );
}
