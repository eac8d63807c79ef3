import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { LANGUAGES, type Language } from "../../text/messages";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { Table } from "../../ui/table";
import { useMay } from "../rights";
import { type Terms, type TermsKind, terms } from "./rules";
import { TermsDialog } from "./terms_dialog";

const KINDS: readonly TermsKind[] = ["IMPRINT", "TERMS", "PRIVACY", "WITHDRAWAL"];

/** Which version of what the marketplace owes its users is the newest, in each language. */
export function TermsPage() {
  const { said } = useWords("op_rules");
  const { said: all } = useWords("operator");
  return (
    <ConsolePage heading={all.places.terms} lead={said.termsLead}>
      {(Object.keys(LANGUAGES) as Language[]).map((language) => (
        <InLanguage key={language} language={language} />
      ))}
    </ConsolePage>
  );
}

function InLanguage({ language }: { language: Language }) {
  const { said, text, format } = useWords("op_rules");
  const { said: all } = useWords("operator");
  const may = useMay();
  const asked = useQuery({ queryKey: ["mine", "op", "terms", language], queryFn: () => terms(language) });
  const [writes, setWrites] = useState<TermsKind>();
  if (asked.isPending) return <Skeleton shape="line" count={4} />;
  if (asked.isError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  // Where a language has none, another's is answered: that is no version of this one.
  const found = (kind: TermsKind): Terms | undefined =>
    asked.data.find((one) => one.kind === kind && one.language === language);
  return (
    <section class="part">
      <h2 lang={language}>{LANGUAGES[language]}</h2>
      {writes && (
        <TermsDialog
          language={language}
          kind={writes}
          last={found(writes)}
          close={() => setWrites(undefined)}
        />
      )}
      <Table
        caption={`${all.places.terms}, ${LANGUAGES[language]}`}
        rows={KINDS.map((kind) => ({ kind, one: found(kind) }))}
        idOf={({ kind }) => kind}
        columns={[
          { key: "kind", name: said.page, head: true, cell: ({ kind }) => text.terms.kind[kind] },
          {
            key: "version",
            name: said.version,
            cell: ({ one }) => (one ? one.version : <Badge tone="bad">{said.noVersion}</Badge>),
          },
          { key: "since", name: said.since, cell: ({ one }) => (one ? format.time(one.createTime) : "") },
          {
            key: "acts",
            name: "",
            end: true,
            cell: ({ kind }) =>
              may("publishTerms") && (
                <button
                  type="button"
                  class="button"
                  aria-label={`${said.write}: ${text.terms.kind[kind]}, ${LANGUAGES[language]}`}
                  onClick={() => setWrites(kind)}
                >
                  {said.write}
                </button>
              ),
          },
        ]}
      />
    </section>
  );
}
