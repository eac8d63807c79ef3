import type { ComponentChildren } from "preact";
import "./empty.css";

/** Nothing to show: what that means, and the one thing to do next as its child. */
export function Empty({
  heading,
  hint,
  children,
  level = 2,
}: {
  heading: string;
  hint?: string;
  children?: ComponentChildren;
  level?: 1 | 2;
}) {
  const Heading = level === 1 ? "h1" : "h2";
  return (
    <section class="empty">
      <Heading tabIndex={level === 1 ? -1 : undefined}>{heading}</Heading>
      {hint && <p>{hint}</p>}
      {children}
    </section>
  );
}
