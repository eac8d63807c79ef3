import { useEffect } from "preact/hooks";

type Go = () => void;
type Asking = (go: Go) => void;

// Pages with something unsaved, and who asks what is to become of it.
const unsaved = new Set<symbol>();
let asking: Asking | undefined;

/** `aroundNav` of the router: a link waits for an answer while something is unsaved. */
export function guarded<Options extends { replace?: boolean }>(
  navigate: (to: string, options?: Options) => void,
  to: string,
  options?: Options,
): void {
  const go = () => navigate(to, options);
  // What narrows the page that is open leaves it where it is.
  const isHere = new URL(to, location.href).pathname === location.pathname;
  if (unsaved.size === 0 || isHere || !asking) go();
  else asking(go);
}

/** The one who asks (LeaveDialog). */
export function onLeave(ask: Asking): () => void {
  asking = ask;
  return () => {
    asking = undefined;
  };
}

/** Whoever leaves lets go of what was unsaved. */
export function forgetUnsaved() {
  unsaved.clear();
}

/** While `isUnsaved`, neither a link nor closing the tab leaves without a question. */
export function useLeaveGuard(isUnsaved: boolean) {
  useEffect(() => {
    if (!isUnsaved) return;
    const page = Symbol();
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    unsaved.add(page);
    addEventListener("beforeunload", stay);
    return () => {
      unsaved.delete(page);
      removeEventListener("beforeunload", stay);
    };
  }, [isUnsaved]);
}
