import type { ComponentChildren } from "preact";
import { useText } from "../../text/messages";
import { useArrival, useTitle } from "../frame/title";
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
