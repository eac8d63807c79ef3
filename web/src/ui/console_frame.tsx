import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import { LANGUAGES, type Language, useText } from "../text/messages";
import { useWords } from "../text/rooms";
import { Icon } from "./icon";
import { LeaveDialog } from "./leave_dialog";
import { OfflineBar } from "./offline_bar";
import { type Command, Palette } from "./palette";
import "./console_frame.css";

// As keyboards are labelled, in any language.
const KEYS = "Ctrl K";

export type MenuLink = { to: string; name: string; count?: number | undefined; isHere?: boolean };
export type MenuGroup = { name?: string; links: readonly MenuLink[] };

/** What stands around the pages of a console: its menu, of which only what somebody may open is given, and the command palette. */
export function ConsoleFrame({
  name,
  home,
  menu,
  commands = [],
  find,
  aside,
  foot,
  children,
}: {
  /** What this console works on. */
  name: string;
  home: string;
  menu: readonly MenuGroup[];
  /** What the palette has beside the pages of the menu. */
  commands?: readonly Command[];
  find?: (words: string) => readonly Command[];
  /** What stands below the menu. */
  foot?: ComponentChildren;
  /** Who works here, and the way out. */
  aside?: ComponentChildren;
  children: ComponentChildren;
}) {
  const { said, text, language } = useWords("console");
  const [path, go] = useLocation();
  const [isOpen, setOpen] = useState(false);
  const [isMenuOpen, setMenuOpen] = useState(false);
  useEffect(() => void (path && setMenuOpen(false)), [path]);
  const pages = menu.flatMap(({ name: group, links }) =>
    links.map(({ to, name: page }) => ({ id: to, name: page, ...(group && { group }), act: () => go(to) })),
  );
  return (
    <div class="console">
      <a class="skip" href="#content">
        {said.skipMenu}
      </a>
      <OfflineBar />
      <header class="console-head">
        <button
          type="button"
          class="console-button console-menu-button"
          aria-expanded={isMenuOpen}
          aria-controls="menu"
          onClick={() => setMenuOpen(!isMenuOpen)}
        >
          <Icon name={isMenuOpen ? "close" : "menu"} />
          <span class="unseen">{isMenuOpen ? said.closeMenu : said.menu}</span>
        </button>
        <Link class="console-name" href={home}>
          <Icon name="shop" />
          <span>{name}</span>
        </Link>
        {menu.length > 0 && (
          <button type="button" class="console-search" onClick={() => setOpen(true)}>
            <Icon name="search" />
            <span>{said.paletteOpen}</span>
            <kbd>{KEYS}</kbd>
          </button>
        )}
        <div class="console-aside">
          <LanguageLink />
          {aside}
        </div>
      </header>
      <nav
        id="menu"
        class="console-menu"
        data-open={isMenuOpen}
        aria-label={text.menu.label}
        onKeyDown={(event) => event.key === "Escape" && setMenuOpen(false)}
      >
        {menu.map((group, index) => (
          <div key={group.name ?? index}>
            {group.name && <h2>{group.name}</h2>}
            <ul>
              {group.links.map((link) => (
                <li key={link.to}>
                  <Link href={link.to} aria-current={isAt(path, link) ? "page" : undefined}>
                    <span>{link.name}</span>
                    {link.count !== undefined && link.count > 0 && <b>{link.count}</b>}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        ))}
        {foot}
        <a class="console-out" href={`/${language}/`}>
          {said.toShop}
        </a>
      </nav>
      <main id="content" class="console-page" tabIndex={-1}>
        {children}
      </main>
      <Palette commands={[...commands, ...pages]} {...(find && { find })} isOpen={isOpen} setOpen={setOpen} />
      <LeaveDialog />
    </div>
  );
}

function isAt(path: string, { to, isHere }: MenuLink): boolean {
  return isHere ?? path === to.split("?")[0];
}

/** The same page in the other language. */
function LanguageLink() {
  const { language } = useText();
  const other: Language = language === "en" ? "ru" : "en";
  // Read anew with each page and filter.
  useLocation();
  const to = `/${other}${location.pathname.slice(3)}${location.search}`;
  return (
    <a class="console-button" href={to} lang={other} hrefLang={other}>
      {LANGUAGES[other]}
    </a>
  );
}
