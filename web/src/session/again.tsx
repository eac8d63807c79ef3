import { useQueryClient } from "@tanstack/preact-query";
import { lazy, Suspense } from "preact/compat";
import { useEffect, useState } from "preact/hooks";
import { type Account, keepSession } from "../api/session";
import { learned } from "../text/rooms";
import { ACCOUNT } from "./mine";

const SessionDialog = lazy(() =>
  learned(import("./session_dialog"), "enter").then((room) => room.SessionDialog),
);

type Asked = { account: Account; keep: (is: boolean) => void };

/** Asks for the password when a session ends under somebody whose pages are open. A guest has none. */
export function Again() {
  const queries = useQueryClient();
  const [asked, setAsked] = useState<Asked>();
  useEffect(
    () =>
      keepSession(() => {
        const account = queries.getQueryData<Account | null>(ACCOUNT);
        if (!account || account.guest) return Promise.resolve(false);
        return new Promise<boolean>((keep) => setAsked({ account, keep })).finally(() => setAsked(undefined));
      }),
    [queries],
  );
  return asked ? (
    <Suspense fallback={null}>
      <SessionDialog {...asked} />
    </Suspense>
  ) : null;
}
