import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { type Fact, Facts } from "../../ui/facts";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { Nothing } from "../guarded";
import { pathTo, pathToList } from "../paths";
import { useMay } from "../rights";
import { AccountActs } from "./account_acts";
import { AccountRoles } from "./account_roles";
import { type Account, accountQuery, TONES } from "./accounts";

export function AccountPage({ id }: { id: string }) {
  const asked = useQuery(accountQuery(id));
  if (asked.isPending) return <Skeleton shape="text" count={4} />;
  if (asked.isError && asked.error instanceof Refusal && asked.error.status === 404) return <Nothing />;
  if (asked.isError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  return <Shown account={asked.data} />;
}

function Shown({ account }: { account: Account }) {
  const { said, format } = useWords("op_people");
  const may = useMay();
  const facts: (Fact | false)[] = [
    { name: said.kind, value: account.guest ? said.guest : said.member },
    { name: said.since, value: format.time(account.createTime) },
    { name: said.verified, value: account.emailVerified ? said.yes : said.no },
    Boolean(account.acceptedTerms) && { name: said.terms, value: account.acceptedTerms },
    Boolean(account.disableTime) && {
      name: said.disabledSince,
      value: format.time(account.disableTime ?? ""),
    },
    Boolean(account.disableReason) && { name: said.why, value: account.disableReason },
  ];
  return (
    <ConsolePage
      heading={account.email || account.id}
      acts={<Badge tone={TONES[account.state]}>{said.states[account.state]}</Badge>}
    >
      <AccountActs account={account} />
      <Facts facts={facts.filter((one) => one !== false)} />
      {!account.guest && account.state !== "CLOSED" && <AccountRoles account={account} />}
      {account.sellers.length > 0 && (
        <section class="part">
          <h2>{said.shops}</h2>
          <ul>
            {account.sellers.map((one) => (
              <li key={one.sellerId}>
                {may("listSellersForOperators") ? (
                  <Link href={pathTo.seller(one.sellerId)}>{one.sellerId}</Link>
                ) : (
                  <code>{one.sellerId}</code>
                )}{" "}
                {said.memberRoles[one.role] ?? one.role}
              </li>
            ))}
          </ul>
        </section>
      )}
      <nav class="part" aria-label={said.more}>
        <h2>{said.more}</h2>
        <ul>
          {may("listOrders") && (
            <li>
              <Link href={pathToList("orders", { buyer: account.id })}>{said.orders}</Link>
            </li>
          )}
          {may("listAuditEvents") && (
            <>
              <li>
                <Link href={pathToList("audit", { actor: account.id })}>{said.didActs}</Link>
              </li>
              <li>
                <Link href={pathToList("audit", { target: account.id })}>{said.wasActs}</Link>
              </li>
            </>
          )}
        </ul>
      </nav>
    </ConsolePage>
  );
}
