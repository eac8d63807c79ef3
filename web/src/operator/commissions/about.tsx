import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { categories } from "../categories/categories";
import { pathNames } from "../categories/tree";
import { pathTo } from "../paths";
import { useMay } from "../rights";
import type { Rule } from "./commissions";
import "./commissions.css";

/** Which lines a rule is about: of a shop, of a category, of a price. */
export function About({ rule: { sellerId, categoryId, priceFrom, priceBelow } }: { rule: Rule }) {
  const { said, format, language } = useWords("op_money");
  const may = useMay();
  const { data: all } = useQuery({
    queryKey: ["mine", "op", "categories", "named", language],
    queryFn: () => categories(language),
    enabled: categoryId !== undefined,
  });
  if (!sellerId && !categoryId && !priceFrom && !priceBelow) return <span class="whole">{said.ofAll}</span>;
  const name = pathNames(all ?? [], categoryId);
  return (
    <ul>
      {sellerId && (
        <li>
          {may("listSellersForOperators") ? (
            <Link href={pathTo.seller(sellerId)}>{said.ofShop}</Link>
          ) : (
            said.ofShop
          )}
        </li>
      )}
      {categoryId && <li>{name ? said.ofCategory(name) : said.aCategory}</li>}
      {(priceFrom || priceBelow) && (
        <li>
          {said.priceFromTo(
            priceFrom ? format.money(priceFrom) : "",
            priceBelow ? format.money(priceBelow) : "",
          )}
        </li>
      )}
    </ul>
  );
}
