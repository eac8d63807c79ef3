import { Link } from "wouter-preact";
import type { Category } from "../../api/catalogue";
import { useText } from "../../text/messages";
import { pathTo } from "../paths";
import "./crumbs.css";

/** Where a page stands among the categories. */
export function Crumbs({ path }: { path: readonly Category[] }) {
  const { text, language } = useText();
  return (
    <nav class="crumbs" aria-label={text.menu.categories}>
      <ol>
        <li>
          <Link href={pathTo.search()}>{text.search.everywhere}</Link>
        </li>
        {path.map((one) => (
          <li key={one.id} lang={one.textLanguage === language ? undefined : one.textLanguage}>
            <Link href={pathTo.category(one.slug)}>{one.name}</Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}
