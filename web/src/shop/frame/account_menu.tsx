import { useMutation } from "@tanstack/preact-query";
import { useRef } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import { signOut } from "../../api/session";
import { useText } from "../../text/messages";
import { Icon } from "../../ui/icon";
import { pathTo } from "../paths";
import "./account_menu.css";

/** What somebody who is signed in has here: a native disclosure, closed by Escape and by going elsewhere. */
export function AccountMenu() {
  const { text } = useText();
  const [, go] = useLocation();
  const menu = useRef<HTMLDetailsElement>(null);
  const leave = useMutation({ mutationFn: signOut, onSuccess: () => go(pathTo.home()) });

  const close = (back: boolean) => {
    if (menu.current?.open) {
      menu.current.open = false;
      if (back) menu.current.querySelector("summary")?.focus();
    }
  };
  return (
    <details
      ref={menu}
      class="account-menu"
      onKeyDown={(event) => event.key === "Escape" && close(true)}
      onFocusOut={(event) => {
        const to = event.relatedTarget;
        if (to instanceof Node && !menu.current?.contains(to)) close(false);
      }}
    >
      <summary>
        <Icon name="person" />
        <span>{text.menu.account}</span>
      </summary>
      <ul>
        <li>
          <Link href={pathTo.orders()}>{text.menu.orders}</Link>
        </li>
        <li>
          <Link href={pathTo.wishes()}>{text.menu.wishes}</Link>
        </li>
        <li>
          <Link href={pathTo.messages()}>{text.menu.messages}</Link>
        </li>
        <li>
          <Link href={pathTo.account()}>{text.menu.account}</Link>
        </li>
        <li>
          <button type="button" disabled={leave.isPending} onClick={() => leave.mutate()}>
            {text.menu.signOut}
          </button>
        </li>
      </ul>
    </details>
  );
}
