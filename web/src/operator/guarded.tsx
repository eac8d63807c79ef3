import type { ComponentChildren } from "preact";
import { Link } from "wouter-preact";
import { useWords } from "../text/rooms";
import { Empty } from "../ui/empty";
import { useArrival, useTitle } from "../ui/title";
import type { Operation } from "./paths";
import { useMay } from "./rights";

/** A page, for who may ask for what it shows; nobody else's page asks. */
export function Guarded({ needs, children }: { needs: Operation | undefined; children: ComponentChildren }) {
  const may = useMay();
  if (needs !== undefined && !may(needs)) return <Nothing forbidden />;
  return <>{children}</>;
}

/** No page is here, or none for this role. */
export function Nothing({ forbidden = false }: { forbidden?: boolean }) {
  const { said, text } = useWords("operator");
  const heading = forbidden ? said.forbidden : text.problem.notFound;
  useTitle(heading);
  useArrival(heading, true);
  return (
    <Empty level={1} heading={heading} hint={forbidden ? said.forbiddenHint : text.problem.notFoundHint}>
      <Link class="button button-main" href="/">
        {said.places.inbox}
      </Link>
    </Empty>
  );
}
