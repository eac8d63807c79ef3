import { useMutation, useQuery, useQueryClient } from "@tanstack/preact-query";
import { useText } from "../../text/messages";
import { useNoticeText } from "../../text/notices";
import { Problem, wordsOf } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { AccountFrame } from "../account/frame";
import { useAccount } from "../account/mine";
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
  const { text } = useText();
  const here = useNoticeText();
  const queries = useQueryClient();
  const { account } = useAccount();
  const asked = useQuery({ queryKey: SETTINGS, queryFn: settings });
  const change = useMutation({
    mutationFn: changeSetting,
    onSuccess: (now) => queries.setQueryData(SETTINGS, now),
    onError: () => queries.invalidateQueries({ queryKey: SETTINGS }),
  });
  if (asked.isPending) return <Skeleton shape="text" count={5} />;
  if (asked.isError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  const names = { forBuyers: here.forBuyers, forShops: here.forShops, forAccount: here.forAccount };
  // Whoever has no shop is told nothing about any.
  const shown = GROUPS.filter((group) => group !== "forShops" || (account?.sellers.length ?? 0) > 0);
  return (
    <>
      <p class="quiet">{here.settingsLead}</p>
      <p class={change.isError ? "field-wrong" : "said"} role="status">
        {change.isSuccess && here.saved}
        {change.isError && wordsOf(change.error, text)}
      </p>
      {shown.map((group) => (
        <table key={group} class="settings">
          <caption>{names[group]}</caption>
          <thead>
            <tr>
              <th scope="col">{here.kind}</th>
              <th scope="col">{here.app}</th>
              <th scope="col">{here.mail}</th>
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
  const here = useNoticeText();
  const what = here.what[setting.kind] ?? setting.kind;
  return (
    <tr>
      <th scope="row">{what}</th>
      <td>
        <label>
          <span class="unseen">{`${what}: ${here.app}`}</span>
          <input
            type="checkbox"
            checked={setting.app}
            onChange={(event) => change({ kind: setting.kind, app: event.currentTarget.checked })}
          />
        </label>
      </td>
      <td>
        {setting.mailRequired ? (
          <span class="quiet">{here.always}</span>
        ) : (
          <label>
            <span class="unseen">{`${what}: ${here.mail}`}</span>
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
