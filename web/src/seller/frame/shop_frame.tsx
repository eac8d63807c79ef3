import { useQuery } from "@tanstack/preact-query";
import { Suspense } from "preact/compat";
import { Link, useLocation } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { Boundary } from "../../ui/boundary";
import { ConsoleFrame } from "../../ui/console_frame";
import type { Command } from "../../ui/palette";
import { Skeleton } from "../../ui/skeleton";
import { counts } from "../orders/orders";
import { useShop } from "../shop";
import { Leave } from "./leave";
import { menuOf } from "./menu";
import { Pages } from "./pages";
import { unread } from "./unread";

/** What stands around every page of a shop. */
export function ShopFrame() {
  const { said } = useWords("seller");
  const shop = useShop();
  const [path, go] = useLocation();
  const orders = useQuery({ ...counts(shop.id), enabled: shop.may("orders.read") });
  const letters = useQuery({ ...unread(shop.id), enabled: shop.may("messages.read") });
  const waiting = {
    orders: orders.data?.PLACED,
    messages: letters.data,
  } as Readonly<Record<string, number | undefined>>;
  const menu = menuOf(shop.may).map(({ name, pages }) => ({
    name: said.group[name],
    links: pages.map((page) => {
      const to = shop.to.page(page);
      return {
        to,
        name: said.page[page],
        count: waiting[page],
        isHere: page === "dashboard" ? path === to : path === to || path.startsWith(`${to}/`),
      };
    }),
  }));
  const act = (id: string, name: string, to: string): Command => ({
    id,
    name,
    group: said.act,
    act: () => go(to),
  });
  const commands = [
    ...(shop.may("products.write") ? [act("new-product", said.newProduct, shop.to.newProduct())] : []),
    ...(shop.may("orders.read") ? [act("to-accept", said.toAccept, shop.to.orders("PLACED"))] : []),
    act("other-shop", said.otherShop, "/"),
  ];
  // A number of an order is looked for as it is written.
  const find = (words: string): Command[] =>
    shop.may("orders.read") && /^(?=.*\d)[A-Z0-9-]{4,}$/i.test(words)
      ? [act("number", said.findOrder(words), `${shop.to.orders()}?number=${encodeURIComponent(words)}`)]
      : [];
  return (
    <ConsoleFrame
      name={shop.seller.displayName}
      home={shop.to.page("dashboard")}
      menu={menu}
      commands={commands}
      find={find}
      aside={<Leave />}
      foot={<Link href="/">{said.otherShop}</Link>}
    >
      {shop.seller.state !== "ACTIVE" && (
        <p class="shop-state" role="note">
          {said.shopState[shop.seller.state]}
        </p>
      )}
      <Boundary page={path}>
        <Suspense fallback={<Skeleton shape="text" count={3} />}>
          <Pages />
        </Suspense>
      </Boundary>
    </ConsoleFrame>
  );
}
