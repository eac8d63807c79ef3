import type { ComponentChildren } from "preact";
import { Link, useLocation } from "wouter-preact";
import { useAccount } from "../../session/mine";
import { useText } from "../../text/messages";
import { Empty } from "../../ui/empty";
import { Skeleton } from "../../ui/skeleton";
import { pathTo } from "../paths";

/** What is somebody's own, or the way in. */
export function MembersOnly({ children }: { children: ComponentChildren }) {
  const { text } = useText();
  const { account, isPending } = useAccount();
  const [path] = useLocation();
  if (isPending) return <Skeleton shape="text" count={3} />;
  if (account) return <>{children}</>;
  return (
    <Empty level={1} heading={text.account.signedOut} hint={text.account.signedOutHint}>
      <Link class="button button-main" href={pathTo.signIn(path)}>
        {text.menu.signIn}
      </Link>
    </Empty>
  );
}
