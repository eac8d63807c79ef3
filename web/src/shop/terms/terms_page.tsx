import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import type { Terms } from "../../api/catalogue";
import { useText } from "../../text/messages";
import { Empty } from "../../ui/empty";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { useArrival, useTitle } from "../../ui/title";
import { NotFound } from "../frame/not_found";
import { pathTo } from "../paths";
import { termsIn } from "./terms";
import "./terms_page.css";

/** One of the texts that the operators have published, or the list of them. */
export function TermsPage({ kind }: { kind?: string }) {
  const { text, language } = useText();
  const asked = useQuery(termsIn(language));
  const one = asked.data?.find((each) => each.kind.toLowerCase() === kind);
  useTitle(one?.title ?? (kind ? undefined : text.terms.heading));
  useArrival(`terms ${kind ?? ""}`, asked.isSuccess);
  if (asked.isPending) return <Skeleton shape="text" count={4} />;
  if (asked.isError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  if (one) return <Shown terms={one} />;
  if (kind) return <NotFound />;
  if (asked.data.length === 0) {
    return (
      <Empty level={1} heading={text.terms.none} hint={text.terms.noneHint}>
        <Link class="button button-main" href={pathTo.home()}>
          {text.problem.toHome}
        </Link>
      </Empty>
    );
  }
  return (
    <>
      <h1 tabIndex={-1}>{text.terms.heading}</h1>
      <ul class="terms-list">
        {asked.data.map((each) => (
          <li key={each.kind}>
            <Link href={pathTo.termsOf(each.kind)}>{text.terms.kind[each.kind]}</Link>
          </li>
        ))}
      </ul>
    </>
  );
}

function Shown({ terms }: { terms: Terms }) {
  const { text, format, language } = useText();
  return (
    <article lang={terms.language === language ? undefined : terms.language}>
      <h1 tabIndex={-1}>{terms.title}</h1>
      <p class="quiet">{text.terms.version(terms.version, format.date(terms.createTime))}</p>
      <p class="prose terms-body">{terms.body}</p>
    </article>
  );
}
