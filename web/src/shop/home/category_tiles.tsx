import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { useText } from "../../text/messages";
import { Icon } from "../../ui/icon";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { pathTo } from "../paths";
import { categoriesIn, childrenOf } from "../search/categories";
import "./category_tiles.css";

export function CategoryTiles() {
  const { text, language } = useText();
  const all = useQuery(categoriesIn(language));
  const top = childrenOf(all.data ?? [], undefined);
  if (all.isSuccess && top.length === 0) return null;
  return (
    <nav class="tiles" aria-label={text.home.categories}>
      <h2 class="unseen">{text.home.categories}</h2>
      {all.isPending && <Skeleton shape="line" count={3} />}
      {all.isError && <Problem problem={all.error} retry={() => void all.refetch()} />}
      <ul>
        {top.map((one) => (
          <li key={one.id}>
            <Link
              href={pathTo.category(one.slug)}
              lang={one.textLanguage === language ? undefined : one.textLanguage}
            >
              {one.name}
              <Icon name="next" />
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
