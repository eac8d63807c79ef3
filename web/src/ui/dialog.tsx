import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import "./dialog.css";

/** A native modal dialog, as long as it is rendered: the page behind it waits, and has the focus again when it goes. Escape asks to close it
 * by `close`. */
export function Dialog({
  heading,
  close,
  children,
}: {
  heading: string;
  close: () => void;
  children: ComponentChildren;
}) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => before instanceof HTMLElement && before.isConnected && before.focus();
  }, []);
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby={id} onClose={close}>
      <h2 id={id}>{heading}</h2>
      {children}
    </dialog>
  );
}
