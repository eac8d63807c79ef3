import { useQueryClient } from "@tanstack/preact-query";
import { useEffect } from "preact/hooks";
import { type Account, onSession } from "../api/session";
import { ACCOUNT } from "./mine";

/** What somebody has seen of his own is forgotten as soon as it is somebody else's turn, in every tab. */
export function useSessionNews() {
  const queries = useQueryClient();
  useEffect(
    () =>
      onSession((news, accountId) => {
        const known = queries.getQueryData<Account | null>(ACCOUNT);
        // Who comes back finds his pages as they were.
        if (news === "signed-in" && known?.id === accountId)
          return void queries.invalidateQueries({ queryKey: ["mine"] });
        if (news === "signed-in") return void queries.resetQueries({ queryKey: ["mine"] });
        // First nobody is there, so that nothing asks in his name once more; then all that was his is gone.
        queries.setQueryData(ACCOUNT, null);
        queries.removeQueries({ queryKey: ["mine"], predicate: (one) => one.queryKey[1] !== ACCOUNT[1] });
      }),
    [queries],
  );
}
