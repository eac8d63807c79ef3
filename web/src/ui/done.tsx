import { useEffect, useRef } from "preact/hooks";
import { Link } from "wouter-preact";
import { Icon } from "./icon";
import "./done.css";

/** What has come of it, and where to go on: it has the focus, since the form that had it is gone. */
export function Done({
  heading,
  hint,
  to,
  go,
}: {
  heading: string;
  hint?: string;
  to?: string;
  go?: string;
}) {
  const first = useRef<HTMLHeadingElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <div class="done">
      <span class="done-mark">
        <Icon name="check" />
      </span>
      <h1 ref={first} tabIndex={-1}>
        {heading}
      </h1>
      {hint && <p class="quiet">{hint}</p>}
      {to && go && (
        <Link class="button button-main" href={to}>
          {go}
        </Link>
      )}
    </div>
  );
}
