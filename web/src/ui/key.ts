import { useRef } from "preact/hooks";

/** The key of what is sent now: the same until `next()`, so that what is sent again after a cut connection is done once. */
export function useKey(): { current: () => string; next: () => void } {
  const key = useRef("");
  return {
    current: () => {
      key.current ||= crypto.randomUUID();
      return key.current;
    },
    next: () => {
      key.current = "";
    },
  };
}
