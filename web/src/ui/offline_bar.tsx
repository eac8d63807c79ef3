import { useQueryClient } from "@tanstack/preact-query";
import { useCallback, useEffect, useState } from "preact/hooks";
import { isReached, onReach, reach } from "../api/reach";
import { useText } from "../text/messages";
import "./offline_bar.css";

/** Says so while nothing can be reached, with another try. As soon as something answers, what could not be had is asked for once more: the page
 * below stays as it is, with what is written in it. */
export function OfflineBar() {
  const { text } = useText();
  const queries = useQueryClient();
  const [offline, setOffline] = useState(!navigator.onLine);
  const [tries, setTries] = useState(false);
  const look = useCallback(async () => {
    setTries(true);
    await reach();
    setTries(false);
    setOffline(!navigator.onLine || !isReached());
  }, []);
  useEffect(() => {
    const lost = () => setOffline(true);
    const back = () => void look();
    addEventListener("offline", lost);
    addEventListener("online", back);
    const end = onReach((is) => setOffline(!is));
    return () => {
      removeEventListener("offline", lost);
      removeEventListener("online", back);
      end();
    };
  }, [look]);
  useEffect(() => {
    if (!offline)
      void queries.refetchQueries({ type: "active", predicate: (one) => one.state.status === "error" });
  }, [offline, queries]);
  return (
    <div class="offline" role="status" hidden={!offline}>
      {offline && (
        <>
          <span>{text.problem.reasons.OFFLINE}</span>{" "}
          <button type="button" aria-disabled={tries} onClick={() => tries || void look()}>
            {tries ? text.loading : text.problem.retry}
          </button>
        </>
      )}
    </div>
  );
}
