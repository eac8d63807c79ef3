import { useMutation } from "@tanstack/preact-query";
import { signOut } from "../../api/session";
import { useText } from "../../text/messages";

/** The way out. */
export function Leave() {
  const { text } = useText();
  const leave = useMutation({ mutationFn: signOut });
  return (
    <button type="button" class="console-button" disabled={leave.isPending} onClick={() => leave.mutate()}>
      {text.menu.signOut}
    </button>
  );
}
