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
import { pathToList } from "../paths";
import { useMay } from "../rights";
import { SellerActs } from "./seller_acts";
import { type Seller, sellerQuery, TONES } from "./sellers";
import { Team } from "./team";

export function SellerPage({ id }: { id: string }) {
  const asked = useQuery(sellerQuery(id));
  if (asked.isPending) return <Skeleton shape="text" count={4} />;
  if (asked.isError && asked.error instanceof Refusal && asked.error.status === 404) return <Nothing />;
  if (asked.isError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  return <Shown seller={asked.data} />;
}

function Shown({ seller }: { seller: Seller }) {
  const { said, format, language } = useWords("op_shops");
  const may = useMay();
  const known = (facts: readonly (Fact | false | undefined)[]) =>
    facts.filter((one): one is Fact => Boolean(one));
  const fact = (name: string, value: string | undefined) => (value ? { name, value } : undefined);
  return (
    <ConsolePage
      heading={seller.displayName}
      acts={<Badge tone={TONES[seller.state]}>{said.states[seller.state]}</Badge>}
    >
      <SellerActs seller={seller} />
      <Facts
        facts={known([
          fact(said.opened, format.time(seller.createTime)),
          fact(said.country, format.country(seller.countryCode)),
          fact(said.slug, seller.slug),
          fact(said.email, seller.contactEmail),
          fact(said.phone, seller.contactPhone),
          seller.holiday && fact(said.holiday, format.date(seller.holiday.until)),
        ])}
      />
      <section class="part">
        <h2>{said.trader}</h2>
        <TraderFacts seller={seller} />
      </section>
      {seller.description && (
        <section class="part">
          <h2>{said.about}</h2>
          <p class="prose">{seller.description}</p>
        </section>
      )}
      <Team sellerId={seller.id} />
      <nav class="part" aria-label={said.more}>
        <h2>{said.more}</h2>
        <ul>
          {seller.state === "ACTIVE" && (
            <li>
              <a href={`/${language}/s/${seller.id}`}>{said.inShop}</a>
            </li>
          )}
          {may("listProducts") && (
            <li>
              <Link href={pathToList("products", { shop: seller.id })}>{said.products}</Link>
            </li>
          )}
          {may("listOrders") && (
            <li>
              <Link href={pathToList("orders", { shop: seller.id })}>{said.orders}</Link>
            </li>
          )}
          {may("listPayouts") && (
            <li>
              <Link href={pathToList("payouts", { shop: seller.id })}>{said.payouts}</Link>
            </li>
          )}
          {may("listLedgerEntries") && (
            <li>
              <Link href={pathToList("ledger", { shop: seller.id })}>{said.ledger}</Link>
            </li>
          )}
          {may("listAuditEvents") && (
            <li>
              <Link href={pathToList("audit", { shop: seller.id })}>{said.audit}</Link>
            </li>
          )}
        </ul>
      </nav>
    </ConsolePage>
  );
}

function TraderFacts({ seller: { trader } }: { seller: Seller }) {
  const { said, format } = useWords("op_shops");
  if (!trader) return <p class="quiet">{said.noTrader}</p>;
  const place = [
    ...trader.lines,
    [trader.postalCode, trader.city].filter(Boolean).join(" "),
    trader.region ?? "",
    format.country(trader.countryCode),
  ];
  return (
    <Facts
      facts={[
        { name: said.legalName, value: trader.legalName },
        ...(trader.registerNumber ? [{ name: said.register, value: trader.registerNumber }] : []),
        ...(trader.vatNumber ? [{ name: said.vat, value: trader.vatNumber }] : []),
        { name: said.address, value: place.filter(Boolean).join("\n") },
      ]}
    />
  );
}
