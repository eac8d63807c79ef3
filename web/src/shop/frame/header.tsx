import { Link, useLocation } from "wouter-preact";
import { useAccount } from "../../session/mine";
import { useText } from "../../text/messages";
import { Icon } from "../../ui/icon";
import { pathTo } from "../paths";
import { AccountMenu } from "./account_menu";
import { Bell } from "./bell";
import { CartLink } from "./cart_link";
import { SearchBox } from "./search_box";
import "./header.css";

export function Header() {
  const { text } = useText();
  const { account } = useAccount();
  const [path] = useLocation();
  return (
    <header class="header">
      <a class="skip" href="#content">
        {text.skip}
      </a>
      <div class="header-inside">
        <Link class="brand" href={pathTo.home()}>
          <Icon name="shop" />
          <span>{text.name}</span>
        </Link>
        <SearchBox />
        <nav class="header-menu" aria-label={text.menu.label}>
          <Link class="header-all" href={pathTo.search()}>
            {text.menu.allProducts}
          </Link>
          <CartLink isMember={account !== undefined} />
          {account ? (
            <>
              <Bell />
              <AccountMenu key={path} />
            </>
          ) : (
            <Link
              class="header-enter"
              href={pathTo.signIn(path === "/" || path.startsWith("/sign-") ? "" : path)}
            >
              <Icon name="person" />
              <span>{text.menu.signIn}</span>
            </Link>
          )}
        </nav>
      </div>
    </header>
  );
}
