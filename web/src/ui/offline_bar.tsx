import { useEffect, useState } from "preact/hooks";
import { useText } from "../text/messages";
import "./offline_bar.css";

const NEWS = ["online", "offline"] as const;

/** Says so while the browser knows that nothing can be reached. */
export function OfflineBar() {
  const { text } = useText();
  const [offline, setOffline] = useState(!navigator.onLine);
  useEffect(() => {
    const look = () => setOffline(!navigator.onLine);
    for (const each of NEWS) addEventListener(each, look);
    return () => {
      for (const each of NEWS) removeEventListener(each, look);
    };
  }, []);
  return (
    <p class="offline" role="status" hidden={!offline}>
      {offline && text.problem.reasons.OFFLINE}
    </p>
  );
}
