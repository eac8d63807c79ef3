import { useQuery } from "@tanstack/preact-query";
import { useWords } from "../../text/rooms";
import { ActButton } from "../acting";
import { rolesQuery, useMay } from "../rights";
import { type Account, grant, revoke } from "./accounts";
import "./account_roles.css";

/** What somebody is in running the marketplace, and for who may: making it more or less. */
export function AccountRoles({ account }: { account: Account }) {
  const { said } = useWords("op_people");
  const { said: all } = useWords("operator");
  const may = useMay();
  const roles = useQuery(rolesQuery).data?.filter((one) => one.scope === "MARKETPLACE") ?? [];
  if (!may("grantRole") && account.roles.length === 0) return null;
  return (
    <section class="part">
      <h2>{said.roles}</h2>
      <ul class="account-roles">
        {roles
          .filter((one) => may("grantRole") || account.roles.includes(one.name))
          .map(({ name, permissions }) => {
            const called = all.role[name] ?? name;
            const has = account.roles.includes(name);
            return (
              <li key={name}>
                <strong>{called}</strong>
                <span class="quiet">{has ? said.hasRole : said.hasNot}</span>
                {has ? (
                  <ActButton
                    needs="revokeRole"
                    label={said.revoke}
                    of={called}
                    heading={said.revokeOf(called, account.email)}
                    does={[said.revokeDoes, permissions.join(", ")]}
                    reason="optional"
                    isBad
                    act={(reason) => revoke(account.id, name, reason)}
                    told={said.revoked(called)}
                    target={account.id}
                    reasons={said.reasons}
                  />
                ) : (
                  account.state === "ACTIVE" && (
                    <ActButton
                      needs="grantRole"
                      label={said.grant}
                      of={called}
                      heading={said.grantOf(called, account.email)}
                      does={[said.grantDoes, permissions.join(", ")]}
                      reason="optional"
                      act={(reason) => grant(account.id, name, reason)}
                      told={said.granted(called)}
                      target={account.id}
                    />
                  )
                )}
              </li>
            );
          })}
      </ul>
    </section>
  );
}
