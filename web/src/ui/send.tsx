import { useText } from "../text/messages";

/** The button that sends a form, and above it what is wrong with the whole. */
export function Send({
  busy,
  problem,
  children,
}: {
  busy: boolean;
  problem: string | undefined;
  children: string;
}) {
  const { text } = useText();
  return (
    <>
      <p class="field-wrong" role="alert">
        {problem}
      </p>
      <button type="submit" class="button button-main" aria-disabled={busy}>
        {busy ? text.loading : children}
      </button>
    </>
  );
}
