import { useQuery } from "@tanstack/preact-query";
import { useText } from "../../text/messages";
import { Facts } from "../../ui/facts";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { useArrival, useTitle } from "../frame/title";
import { MembersOnly } from "./members_only";
import { profile, useAccount } from "./mine";

export function AccountPage() {
  const { text } = useText();
  useTitle(text.account.heading);
  useArrival("account", true);
  return (
    <MembersOnly>
      <Mine />
    </MembersOnly>
  );
}

function Mine() {
  const { text } = useText();
  const { account } = useAccount();
  const asked = useQuery(profile);
  return (
    <>
      <h1 tabIndex={-1}>
        {asked.data ? text.account.greeting(asked.data.displayName) : text.account.heading}
      </h1>
      {asked.isPending && <Skeleton shape="text" count={2} />}
      {asked.isError && <Problem problem={asked.error} retry={() => void asked.refetch()} />}
      {account && asked.data && (
        <Facts
          facts={[
            { name: text.account.name, value: asked.data.displayName },
            { name: text.account.email, value: account.email },
            {
              name: text.account.confirmed,
              value: account.emailVerified ? text.account.verified : text.account.unverified,
            },
          ]}
        />
      )}
    </>
  );
}
