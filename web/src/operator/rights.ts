import { permissions } from "virtual:contract";
import { queryOptions, useQuery } from "@tanstack/preact-query";
import { api, ask, type Schemas } from "../api/client";
import { asMember } from "../api/session";
import { useAccount } from "../session/mine";
import type { Operation } from "./paths";

export const rolesQuery = queryOptions({
  queryKey: ["mine", "roles"],
  queryFn: () => asMember(() => ask(api.GET("/v1/roles"))).then((answer) => answer.roles),
  staleTime: Number.POSITIVE_INFINITY,
});

/** What whoever has these roles may do: by the contract's table of operations and the service's table of roles. */
export function mayWith(roles: readonly Schemas["Role"][], has: readonly string[]) {
  const granted = new Set(
    roles
      .filter((one) => one.scope === "MARKETPLACE" && has.includes(one.name))
      .flatMap((one) => one.permissions),
  );
  return (operation: Operation) => {
    const needed = permissions[operation];
    return needed === undefined || granted.has(needed);
  };
}

/** Whether who is signed in may do something. Pages are shown once that is known. */
export function useMay() {
  const { account } = useAccount();
  const { data } = useQuery({ ...rolesQuery, enabled: account !== undefined });
  return mayWith(data ?? [], account?.roles ?? []);
}
