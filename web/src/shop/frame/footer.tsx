import { Link, useLocation } from "wouter-preact";
import { LANGUAGES, useText } from "../../text/messages";
import { pathTo } from "../paths";
import "./footer.css";

export function Footer() {
  const { text, language } = useText();
  const [path] = useLocation();
  return (
    <footer class="footer">
      <div class="footer-inside">
        <p class="footer-word">{text.footer}</p>
        <ul class="footer-links">
          <li>
            <Link href={pathTo.terms()}>{text.menu.terms}</Link>
          </li>
          <li>
            <a href="/docs">{text.menu.api}</a>
          </li>
        </ul>
        <nav class="footer-links" aria-label={text.menu.language}>
          {Object.entries(LANGUAGES).map(([code, name]) => (
            <a
              key={code}
              href={`/${code}${path}${location.search}`}
              hreflang={code}
              lang={code}
              aria-current={code === language ? "true" : undefined}
            >
              {name}
            </a>
          ))}
        </nav>
      </div>
    </footer>
  );
}
