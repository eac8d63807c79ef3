import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { Empty } from "../../ui/empty";
import { useArrival, useTitle } from "../../ui/title";
import { pathTo } from "../paths";

/** In the place of what a link of a mail does, where the link is not whole. */
export function NoToken({ title }: { title: string }) {
  const { said, text } = useWords("enter");
  useTitle(title);
  useArrival(title, true);
  return (
    <Empty level={1} heading={said.noToken} hint={said.noTokenHint}>
      <Link class="button button-main" href={pathTo.home()}>
        {text.problem.toHome}
      </Link>
    </Empty>
  );
}
