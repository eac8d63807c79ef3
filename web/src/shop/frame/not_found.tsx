import { Link } from "wouter-preact";
import { useText } from "../../text/messages";
import { Empty } from "../../ui/empty";
import { useArrival, useTitle } from "../../ui/title";
import { pathTo } from "../paths";

/** In the place of a page that does not exist, or no longer. */
export function NotFound({ heading, hint }: { heading?: string; hint?: string }) {
  const { text } = useText();
  const said = heading ?? text.problem.notFound;
  useTitle(said);
  useArrival("not-found", true);
  return (
    <Empty level={1} heading={said} hint={hint ?? text.problem.notFoundHint}>
      <Link class="button button-main" href={pathTo.home()}>
        {text.problem.toHome}
      </Link>
    </Empty>
  );
}
