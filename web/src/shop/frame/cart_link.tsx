import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { CART, useKeptCount } from "../../api/cart_kept";
import { useText } from "../../text/messages";
import { Icon } from "../../ui/icon";
import { pathTo } from "../paths";

/** The way to the cart, and how many things are in it. A guest's is known here; an account's has to be asked for. */
export function CartLink({ isMember }: { isMember: boolean }) {
  const { text, format } = useText();
  const kept = useKeptCount();
  const { data } = useQuery({
    queryKey: CART,
    queryFn: () => import("../../api/cart").then((room) => room.openCart()),
    enabled: isMember,
  });
  const count = data ? data.items.reduce((all, one) => all + one.quantity, 0) : kept;
  return (
    <Link class="header-mark" href={pathTo.cart()} aria-label={text.menu.cart(count)}>
      <Icon name="cart" />
      {count > 0 && <span aria-hidden="true">{format.number(count)}</span>}
    </Link>
  );
}
