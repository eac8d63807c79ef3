import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import type { Facets } from "../../api/catalogue";
import { useText } from "../../text/messages";
import { type Filters, pathTo } from "../paths";
import { categoriesIn, childrenOf } from "./categories";
import "./category_facet.css";

/** The categories one level below, as links: each is a page. In a shop they are left out, where they would lead out of it. */
export function CategoryFacet({
  counts,
  filters,
  categoryId,
  sellerId,
}: {
  counts: Facets["categories"];
  filters: Filters;
  categoryId?: string;
  sellerId?: string;
}) {
  const { text, format, language } = useText();
  const all = useQuery(categoriesIn(language));
  const count = new Map(counts.map((one) => [one.categoryId, one.count]));
  const rows = childrenOf(all.data ?? [], categoryId).filter((one) => count.has(one.id));
  if (sellerId || rows.length === 0) return null;
  return (
    <nav class="facet" aria-label={text.search.category}>
      <h2>{text.search.category}</h2>
      <ul class="category-facet">
        {rows.map((one) => (
          <li key={one.id}>
            <Link
              href={pathTo.category(one.slug, filters)}
              lang={one.textLanguage === language ? undefined : one.textLanguage}
            >
              {one.name}
            </Link>
            <span class="quiet">{format.number(count.get(one.id) ?? 0)}</span>
          </li>
        ))}
      </ul>
    </nav>
  );
}
