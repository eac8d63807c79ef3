import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { Empty } from "../../ui/empty";
import { useArrival, useTitle } from "../../ui/title";

/** There is nothing here, or nothing that who is signed in may see. */
export function NoPage({ home = "/" }: { home?: string }) {
  const { said, text } = useWords("seller");
  useTitle(text.problem.notFound);
  useArrival("nothing", true);
  return (
    <Empty level={1} heading={text.problem.notFound} hint={said.notYours}>
      <Link class="button" href={home}>
        {said.back}
      </Link>
    </Empty>
  );
}
