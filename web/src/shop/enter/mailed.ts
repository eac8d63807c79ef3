import { useEffect, useState } from "preact/hooks";

/** What a fragment is as a token: nothing else than the letters of one. */
export function tokenOf(hash: string): string {
  const token = hash.slice(1);
  return /^[\w.~-]{1,128}$/.test(token) ? token : "";
}

/** The token of a mail, which stands behind '#' and so is sent to nobody. It leaves the address bar as soon as it is read, and is known to this
 * page alone. */
export function useMailedToken(): string {
  const [token, setToken] = useState(() => tokenOf(location.hash));
  useEffect(() => {
    const read = () => {
      if (!location.hash) return;
      setToken(tokenOf(location.hash));
      history.replaceState(history.state, "", location.pathname);
    };
    read();
    // Another mail, in the same tab.
    addEventListener("hashchange", read);
    return () => removeEventListener("hashchange", read);
  }, []);
  return token;
}
