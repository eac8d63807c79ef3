import type { ComponentChildren } from "preact";
import { useArrival, useTitle } from "../../ui/title";
import "./entrance.css";

/** The frame of the pages through which people come in. */
export function Entrance({
  heading,
  lead,
  children,
}: {
  heading: string;
  lead?: string;
  children: ComponentChildren;
}) {
  useTitle(heading);
  useArrival(heading, true);
  return (
    <div class="entrance">
      <h1 tabIndex={-1}>{heading}</h1>
      {lead && <p class="quiet">{lead}</p>}
      {children}
    </div>
  );
}
