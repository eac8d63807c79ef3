import { useEffect, useState } from "preact/hooks";
import { useText } from "../text/messages";
import "./skeleton.css";

const PATIENCE_MS = 150;

/** Grey shapes of the size of what comes. They take their place at once and are seen after a moment, so that what is fast does not flicker. */
export function Skeleton({
  shape,
  count = 1,
}: {
  shape: "card" | "line" | "text" | "product";
  count?: number;
}) {
  const { text } = useText();
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSeen(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class={`skeleton skeleton-${shape}s`} data-seen={seen} role="status">
      <span class="unseen">{text.loading}</span>
      {Array.from({ length: count }, (_, index) => (
        <div key={index} class={`skeleton-${shape}`} aria-hidden="true" />
      ))}
    </div>
  );
}
