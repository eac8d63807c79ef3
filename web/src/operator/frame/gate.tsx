import { useQuery } from "@tanstack/preact-query";
import type { ComponentChildren } from "preact";
import { signOut } from "../../api/session";
import { useAccount } from "../../session/mine";
import { SignInHere } from "../../session/sign_in_here";
import { useWords } from "../../text/rooms";
import { ConsoleFrame } from "../../ui/console_frame";
import { Empty } from "../../ui/empty";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { useTitle } from "../../ui/title";
import { rolesQuery } from "../rights";

/** In front of the pages: who is nobody yet signs in, who has no part in running the marketplace is told so. */
export function Gate({ children }: { children: ComponentChildren }) {
  const { said } = useWords("operator");
  const { account, isPending } = useAccount();
  const isOperator = (account?.roles.length ?? 0) > 0;
  const roles = useQuery({ ...rolesQuery, enabled: isOperator });
  if (account && isOperator && roles.data) return <>{children}</>;
  return (
    <ConsoleFrame name={said.name} home="/" menu={[]}>
      {isPending || (isOperator && roles.isPending) ? (
        <Skeleton shape="text" count={3} />
      ) : roles.isError ? (
        <Problem problem={roles.error} retry={() => void roles.refetch()} />
      ) : account ? (
        <NoRole email={account.email} />
      ) : (
        <SignInHere />
      )}
    </ConsoleFrame>
  );
}

function NoRole({ email }: { email: string }) {
  const { said, text } = useWords("operator");
  useTitle(said.noRole);
  return (
    <Empty level={1} heading={said.noRole} hint={said.noRoleHint(email)}>
      <button type="button" class="button button-main" onClick={() => void signOut()}>
        {text.menu.signOut}
      </button>
    </Empty>
  );
}
