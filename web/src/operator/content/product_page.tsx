import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Facts } from "../../ui/facts";
import { Picture } from "../../ui/picture";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { Nothing } from "../guarded";
import { pathTo, pathToList } from "../paths";
import { useMay } from "../rights";
import { type Product, productQuery, TONES } from "./content";
import { Offers } from "./offers";
import { ProductActs } from "./product_acts";
import { Reviews } from "./reviews";
import "./product_page.css";

export function ProductPage({ id }: { id: string }) {
  const asked = useQuery(productQuery(id));
  if (asked.isPending) return <Skeleton shape="text" count={4} />;
  if (asked.isError && asked.error instanceof Refusal && asked.error.status === 404) return <Nothing />;
  if (asked.isError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  return <Shown product={asked.data} />;
}

function Shown({ product }: { product: Product }) {
  const { said, format, language } = useWords("op_content");
  const { said: all } = useWords("operator");
  const may = useMay();
  const shop = product.seller?.displayName ?? product.sellerId;
  const safety = product.productSafety;
  return (
    <ConsolePage
      heading={product.title}
      acts={<Badge tone={TONES[product.state]}>{said.states[product.state]}</Badge>}
    >
      <ProductActs product={product} />
      {product.stateReason && (
        <p class="prose">
          <strong>{said.stateReason}</strong> {product.stateReason}
        </p>
      )}
      <Facts
        facts={[
          {
            name: all.shop,
            value: may("listSellersForOperators") ? (
              <Link href={pathTo.seller(product.sellerId)}>{shop}</Link>
            ) : (
              shop
            ),
          },
          { name: all.created, value: format.time(product.createTime) },
          { name: said.changed, value: format.time(product.updateTime) },
          { name: said.languages, value: product.languages.join(", ") },
          ...Object.entries(product.attributes).map(([name, value]) => ({ name, value })),
        ]}
      />
      {product.pictures.length > 0 && (
        <section class="part">
          <h2>{said.pictures}</h2>
          <ul class="shots">
            {product.pictures.map((one) => (
              <li key={one.id}>
                <Picture picture={one} sizes="10rem" />
              </li>
            ))}
          </ul>
        </section>
      )}
      <section class="part">
        <h2>{said.text}</h2>
        <p class="prose" lang={product.textLanguage}>
          {product.description || said.noText}
        </p>
      </section>
      {safety && (
        <section class="part">
          <h2>{said.safety}</h2>
          <Facts
            facts={[
              { name: said.manufacturer, value: `${safety.manufacturer}\n${safety.manufacturerContact}` },
              { name: said.responsible, value: `${safety.responsiblePerson}\n${safety.responsibleContact}` },
              { name: said.warnings, value: safety.warnings },
            ].filter(({ value }) => value.trim() !== "")}
          />
        </section>
      )}
      <Offers product={product} />
      <Reviews productId={product.id} />
      <nav class="part" aria-label={said.more}>
        <h2>{said.more}</h2>
        <ul>
          {product.state === "PUBLISHED" && (
            <li>
              <a href={`/${language}/p/${product.id}`}>{said.inShop}</a>
            </li>
          )}
          {may("listAuditEvents") && (
            <li>
              <Link href={pathToList("audit", { target: product.id })}>{said.audit}</Link>
            </li>
          )}
        </ul>
      </nav>
    </ConsolePage>
  );
}
