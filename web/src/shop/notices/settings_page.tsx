import { useMutation, useQuery, useQueryClient } from "@tanstack/preact-query";
import { useAccount } from "../../session/mine";
import { useWords } from "../../text/rooms";
import { Problem, wordsOf } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { AccountFrame } from "../account/frame";
import { changeSetting, type Group, groupOf, type Setting, settings } from "./notices";
import "./notifications_page.css";

const SETTINGS = ["mine", "notificationSettings"] as const;
const GROUPS: readonly Group[] = ["forBuyers", "forShops", "forAccount"];

export function SettingsPage() {
  return (
    <AccountFrame room="settings">
      <Asked />
    </AccountFrame>
  );
}

function Asked() {
  const { said, text } = useWords("notices");
  const queries = useQueryClient();
  const { account } = useAccount();
  const asked = useQuery({ queryKey: SETTINGS, queryFn: settings });
  const change = useMutation({
    mutationFn: changeSetting,
    onSuccess: (now) => queries.setQueryData(SETTINGS, now),
    onError: () => queries.invalidateQueries({ queryKey: SETTINGS }),
  });
  if (asked.isPending) return <Skeleton shape="text" count={5} />;
  if (asked.isLoadingError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  const names = { forBuyers: said.forBuyers, forShops: said.forShops, forAccount: said.forAccount };
  // Whoever has no shop is told nothing about any.
  const shown = GROUPS.filter((group) => group !== "forShops" || (account?.sellers.length ?? 0) > 0);
  return (
    <>
      <p class="quiet">{said.settingsLead}</p>
      <p class={change.isError ? "field-wrong" : "said"} role="status">
        {change.isSuccess && said.saved}
        {change.isError && wordsOf(change.error, text)}
      </p>
      {shown.map((group) => (
        <table key={group} class="settings">
          <caption>{names[group]}</caption>
          <thead>
            <tr>
              <th scope="col">{said.kind}</th>
              <th scope="col">{said.app}</th>
              <th scope="col">{said.mail}</th>
            </tr>
          </thead>
          <tbody>
            {asked.data.settings
              .filter((one) => groupOf(one.kind) === group)
              .map((one) => (
                <Row key={one.kind} setting={one} change={change.mutate} />
              ))}
          </tbody>
        </table>
      ))}
    </>
  );
}

function Row({
  setting,
  change,
}: {
  setting: Setting;
  change: (how: { kind: Setting["kind"]; app?: boolean; mail?: boolean }) => void;
}) {
  const { said } = useWords("notices");
  const what = said.what[setting.kind] ?? setting.kind;
  return (
    <tr>
      <th scope="row">{what}</th>
      <td>
        <label>
          <span class="unseen">{`${what}: ${said.app}`}</span>
          <input
            type="checkbox"
            checked={setting.app}
            onChange={(event) => change({ kind: setting.kind, app: event.currentTarget.checked })}
          />
        </label>
      </td>
      <td>
        {setting.mailRequired ? (
          <span class="quiet">{said.always}</span>
        ) : (
          <label>
            <span class="unseen">{`${what}: ${said.mail}`}</span>
            <input
              type="checkbox"
              checked={setting.mail}
              onChange={(event) => change({ kind: setting.kind, mail: event.currentTarget.checked })}
            />
          </label>
        )}
      </td>
    </tr>
  );
}
