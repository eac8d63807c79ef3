import { useQuery } from "@tanstack/preact-query";
import { useWords } from "../../text/rooms";
import { ConsolePage } from "../../ui/console_page";
import { Icon } from "../../ui/icon";
import { rolesQuery } from "../rights";
import "./roles_page.css";

/** Which role may do what: a role a column, a permission a row. */
export function RolesPage() {
  const { said } = useWords("op_people");
  const { said: all } = useWords("operator");
  const roles = useQuery(rolesQuery).data?.filter((one) => one.scope === "MARKETPLACE") ?? [];
  const permissions = [...new Set(roles.flatMap((one) => one.permissions))].sort();
  return (
    <ConsolePage heading={all.places.roles} lead={said.rolesLead}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keys too */}
      <section class="matrix" aria-label={all.places.roles} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{said.permission}</th>
              {roles.map(({ name }) => (
                <th key={name} scope="col">
                  {all.role[name] ?? name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {permissions.map((permission) => (
              <tr key={permission}>
                <th scope="row">
                  <code>{permission}</code>
                </th>
                {roles.map((role) => (
                  <td key={role.name}>
                    {role.permissions.includes(permission) ? (
                      <>
                        <Icon name="check" />
                        <span class="unseen">{said.yes}</span>
                      </>
                    ) : (
                      <span class="unseen">{said.no}</span>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </ConsolePage>
  );
}
