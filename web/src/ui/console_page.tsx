import type { ComponentChildren } from "preact";
import { useArrival, useTitle } from "./title";

/** A page of a console: its heading, which has the focus on arrival, and what can be done beside it. */
export function ConsolePage({
  heading,
  lead,
  acts,
  children,
}: {
  heading: string;
  lead?: ComponentChildren;
  acts?: ComponentChildren;
  children: ComponentChildren;
}) {
  useTitle(heading);
  useArrival(heading, true);
  return (
    <>
      <div class="console-heading">
        <h1 tabIndex={-1}>{heading}</h1>
        {acts && <div class="acts">{acts}</div>}
        {lead && <p class="quiet">{lead}</p>}
      </div>
      {children}
    </>
  );
}
