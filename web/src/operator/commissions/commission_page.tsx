import { useQuery } from "@tanstack/preact-query";
import { Link, useSearch } from "wouter-preact";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Facts } from "../../ui/facts";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { Nothing } from "../guarded";
import { pathTo } from "../paths";
import { useMay } from "../rights";
import { About } from "./about";
import { RULE_TONES, type Rule, ruleQuery, takesOf } from "./commissions";
import { RuleActs } from "./rule_acts";
import { Simulate } from "./simulate";

/** One rule: its newest version, or the one that the URL names, and what can be done with it. */
export function CommissionPage({ id }: { id: string }) {
  const asked = new URLSearchParams(useSearch()).get("version") ?? "";
  const version = /^[1-9]\d{0,4}$/.test(asked) ? Number(asked) : 0;
  const newest = useQuery(ruleQuery(id));
  const shown = useQuery(ruleQuery(id, version));
  if (shown.isPending || newest.isPending) return <Skeleton shape="text" count={4} />;
  if (shown.isError && shown.error instanceof Refusal && shown.error.status === 404) return <Nothing />;
  if (shown.isError) return <Problem problem={shown.error} retry={() => void shown.refetch()} />;
  if (newest.isError) return <Problem problem={newest.error} retry={() => void newest.refetch()} />;
  return <Shown rule={shown.data} newest={newest.data} />;
}

function Shown({ rule, newest }: { rule: Rule; newest: Rule }) {
  const { said, format, language } = useWords("op_money");
  const may = useMay();
  const isNewest = rule.version === newest.version;
  const who = (id: string) => (may("getAccount") ? <Link href={pathTo.account(id)}>{id}</Link> : id);
  return (
    <ConsolePage
      heading={rule.name}
      acts={<Badge tone={RULE_TONES[rule.state]}>{said.ruleStates[rule.state]}</Badge>}
      lead={said.version(rule.version)}
    >
      <RuleActs rule={rule} newest={newest} />
      <Facts
        facts={[
          { name: said.takes, value: takesOf(rule, said, format, language) },
          { name: said.about, value: <About rule={rule} /> },
          { name: said.from, value: rule.validFrom ? format.time(rule.validFrom) : said.notYet },
          { name: said.until, value: rule.validUntil ? format.time(rule.validUntil) : said.noEnd },
          ...(rule.proposedBy ? [{ name: said.proposedBy, value: who(rule.proposedBy) }] : []),
          ...(rule.approvedBy ? [{ name: said.approvedBy, value: who(rule.approvedBy) }] : []),
        ]}
      />
      {newest.version > 1 && <Versions rule={rule} newest={newest.version} />}
      {isNewest && <Simulate rule={rule} />}
    </ConsolePage>
  );
}

// Who looks further back writes the number into the URL.
const SHOWN = 20;

function Versions({ rule, newest }: { rule: Rule; newest: number }) {
  const { said } = useWords("op_money");
  const all = Array.from({ length: Math.min(newest, SHOWN) }, (_, index) => newest - index);
  return (
    <nav class="part" aria-label={said.versions}>
      <h2>{said.versions}</h2>
      <ul class="acts">
        {all.map((version) => (
          <li key={version}>
            <Link
              href={
                version === newest
                  ? pathTo.commission(rule.id)
                  : `${pathTo.commission(rule.id)}?version=${version}`
              }
              aria-current={version === rule.version ? "page" : undefined}
            >
              {said.version(version)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
