import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import type { CartItem } from "../../api/cart";
import { product } from "../../api/catalogue";
import { useWords } from "../../text/rooms";
import { Picture } from "../../ui/picture";
import { pathTo } from "../paths";
import { Quantity } from "./quantity";
import "./cart_line.css";

/** One offer in the cart: what it is, what has happened to it meanwhile, how many, and what that costs. */
export function CartLine({ item, want }: { item: CartItem; want: (quantity: number) => void }) {
  const { said, text, format, language } = useWords("cart");
  const productId = item.productId ?? "";
  // A cart has no pictures: they are those of the product.
  const shown = useQuery({
    queryKey: ["product", language, productId],
    queryFn: () => product(language, productId),
    enabled: productId !== "",
  });
  const title = item.title ?? said.thing;
  const changed = item.unitPrice && item.priceWas;
  const available = item.available ?? 0;
  return (
    <article class="cart-line" data-state={item.state}>
      <Picture picture={shown.data?.pictures[0]} alt="" sizes="6rem" />
      <div class="cart-line-what">
        <h3>{item.productId ? <Link href={pathTo.product(item.productId, title)}>{title}</Link> : title}</h3>
        <p class="quiet">
          {Object.entries(item.options)
            .map(([name, value]) => `${name}: ${value}`)
            .join(", ")}
        </p>
        {item.unitPrice && item.quantity > 1 && (
          <p class="quiet">{said.each(format.money(item.unitPrice))}</p>
        )}
        {changed && (
          <p class="cart-line-news">
            {(changed.amount < (item.unitPrice?.amount ?? 0) ? said.rose : said.fell)(format.money(changed))}
          </p>
        )}
        {item.state !== "AVAILABLE" && (
          <p class="cart-line-bad">
            {item.state === "NO_PRICE" && said.noPrice}
            {item.state === "GONE" && (item.productId ? said.soldOut : said.gone)}
            {item.state === "LESS_LEFT" && (available > 0 ? said.less(available) : said.soldOut)}
          </p>
        )}
      </div>
      <p class="cart-line-price">{item.total && format.money(item.total)}</p>
      <div class="cart-line-do">
        {(item.state === "AVAILABLE" || (item.state === "LESS_LEFT" && available > 0)) && (
          <Quantity title={title} value={item.quantity} onChange={want} />
        )}
        {item.state === "LESS_LEFT" && available > 0 && (
          <button type="button" class="button" onClick={() => want(available)}>
            {said.takeRest(available)}
          </button>
        )}
        <button type="button" class="link-button" aria-label={said.removeOne(title)} onClick={() => want(0)}>
          {said.remove}
        </button>
        {shown.isFetching && <span class="unseen">{text.loading}</span>}
      </div>
    </article>
  );
}
