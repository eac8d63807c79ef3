import { useEffect, useState } from "preact/hooks";

/** What somebody has begun and not saved, in this tab alone: it is there again after a reload or another sign-in. `at`: the version of what it
 * changes; a draft of an older one is still shown, and the service then tells what has changed meanwhile. */
export type Draft<T> = { at: string; value: T };

export function readDraft<T>(
  key: string,
  store: Pick<Storage, "getItem"> = sessionStorage,
): Draft<T> | undefined {
  try {
    const kept: unknown = JSON.parse(store.getItem(`draft:${key}`) ?? "null");
    return kept !== null && typeof kept === "object" && "at" in kept && "value" in kept
      ? (kept as Draft<T>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A value that is kept as a draft while it differs from what is saved. */
export function useDraft<T>(key: string, saved: T, at: string) {
  const [draft, setDraft] = useState<Draft<T> | undefined>(() => readDraft<T>(key));
  const isUnsaved = draft !== undefined && JSON.stringify(draft.value) !== JSON.stringify(saved);
  useEffect(() => {
    if (draft && isUnsaved) sessionStorage.setItem(`draft:${key}`, JSON.stringify(draft));
    else sessionStorage.removeItem(`draft:${key}`);
  }, [key, draft, isUnsaved]);
  return {
    value: draft?.value ?? saved,
    /** Of which version the draft is: what goes into If-Match. */
    at: draft?.at ?? at,
    isUnsaved,
    set: (value: T) => setDraft((now) => ({ at: now?.at ?? at, value })),
    /** As it is saved, or once it is. */
    drop: () => {
      // At once: who has it may be gone before an effect would run.
      sessionStorage.removeItem(`draft:${key}`);
      setDraft(undefined);
    },
    /** The draft is of another version from now on. */
    rebase: (to: string) => setDraft((now) => now && { ...now, at: to }),
  };
}
