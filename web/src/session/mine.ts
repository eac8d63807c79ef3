import { queryOptions, useQuery } from "@tanstack/preact-query";
import { api, ask } from "../api/client";
import { asMember, isSignedIn } from "../api/session";

// Everything that is somebody's own has a key that begins with "mine": it is forgotten with the session.
export const ACCOUNT = ["mine", "account"] as const;

const account = queryOptions({
  queryKey: ACCOUNT,
  queryFn: () => (isSignedIn() ? asMember(() => ask(api.GET("/v1/accounts/me"))) : Promise.resolve(null)),
});

/** Who is signed in here. Without the cookie that says so nobody is asked. */
export function useAccount() {
  const { data, isPending } = useQuery(account);
  return { account: data ?? undefined, isPending };
}

export const profile = queryOptions({
  queryKey: ["mine", "profile"],
  queryFn: () => asMember(() => ask(api.GET("/v1/users/me"))),
});
