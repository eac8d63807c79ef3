import { services } from "virtual:contract";
import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { useFilters } from "../../ui/use_filters";
import { List } from "../listed";
import { pathTo } from "../paths";
import { useMay } from "../rights";
import { type AuditEvent, auditEvents, changesOf, shortName } from "./audit";
import "./audit_page.css";

const NAMES = ["actor", "key", "target", "type", "method", "service", "shop", "from", "to"] as const;
// An act is on record within seconds.
const SOON_MS = 4000;

/** What was done by permission, by whom, to what, why, and what it changed. */
export function AuditPage() {
  const { said, format } = useWords("op_control");
  const { said: all } = useWords("operator");
  const { values, set, clear, isNarrowed } = useFilters(NAMES);
  return (
    <ConsolePage heading={all.places.audit} lead={said.auditLead}>
      <Filters
        label={all.narrow}
        values={values}
        set={set}
        clear={clear}
        fields={[
          { name: "target", label: said.target, kind: "words" },
          { name: "actor", label: said.actorId, kind: "words" },
          { name: "method", label: said.method, kind: "words" },
          {
            name: "service",
            label: said.service,
            kind: "choice",
            options: [{ value: "", label: all.any }, ...services.map((value) => ({ value, label: value }))],
          },
          { name: "shop", label: all.shopId, kind: "words" },
          { name: "from", label: all.from, kind: "day" },
          { name: "to", label: all.to, kind: "day" },
        ]}
      />
      <List
        name={["audit", values]}
        caption={all.places.audit}
        ask={(pageToken) => auditEvents(values, pageToken)}
        idOf={(one) => one.id}
        againMs={SOON_MS}
        none={said.noAudit}
        clear={isNarrowed ? clear : undefined}
        columns={[
          { key: "what", name: said.method, head: true, cell: (one) => shortName(one.method) },
          { key: "time", name: said.when, cell: (one) => format.time(one.createTime) },
          { key: "who", name: said.who, cell: (one) => <Who event={one} /> },
          { key: "target", name: said.target, cell: (one) => <Target event={one} /> },
          { key: "why", name: all.why, cell: (one) => one.reason },
          { key: "changed", name: said.changed, cell: (one) => <Changed event={one} /> },
        ]}
      />
    </ConsolePage>
  );
}

function Who({ event: { actor } }: { event: AuditEvent }) {
  const { said } = useWords("op_control");
  const may = useMay();
  const name = actor.email ?? actor.accountId ?? said.actors[actor.kind] ?? actor.kind;
  return (
    <>
      {actor.accountId && may("getAccount") ? (
        <Link href={pathTo.account(actor.accountId)}>{name}</Link>
      ) : (
        name
      )}{" "}
      <span class="quiet">{said.actors[actor.kind] ?? actor.kind}</span>
    </>
  );
}

/** What it was done to: a link where it has a page here. */
function Target({ event: { target } }: { event: AuditEvent }) {
  const may = useMay();
  const pages: Readonly<Record<string, string | false>> = {
    seller: may("listSellersForOperators") && pathTo.seller(target.id),
    account: may("getAccount") && pathTo.account(target.id),
    product: may("listProducts") && pathTo.product(target.id),
    order: may("getOrder") && pathTo.order(target.id),
  };
  const to = pages[target.type];
  const id = <code>{target.id}</code>;
  return (
    <>
      {target.type} {to ? <Link href={to}>{id}</Link> : id}
    </>
  );
}

/** What it changed, and by what it is found elsewhere: behind a line, since most look only at who and what. */
function Changed({ event }: { event: AuditEvent }) {
  const { said } = useWords("op_control");
  const changes = changesOf(event);
  return (
    <details class="audit-more">
      <summary>{said.details(changes.length)}</summary>
      <dl>
        {changes.map(({ name, from, to }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {from && <del>{from}</del>} {to && <ins>{to}</ins>}
            </dd>
          </div>
        ))}
        <div>
          <dt>{said.trace}</dt>
          <dd>
            <code>{event.traceId}</code>
          </dd>
        </div>
        {event.address && (
          <div>
            <dt>{said.address}</dt>
            <dd>{event.address}</dd>
          </div>
        )}
        {event.permission && (
          <div>
            <dt>{said.permission}</dt>
            <dd>
              <code>{event.permission}</code>
            </dd>
          </div>
        )}
      </dl>
    </details>
  );
}
