import { useQueries } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { type Money, type Offer, seller } from "../../api/catalogue";
import { useText } from "../../text/messages";
import { pathTo } from "../paths";
import { rivalsOf } from "./choice";

const SHOWN = 5;

/** Who else sells the very thing that is chosen. Offers know their shop by its id alone, so its name is asked for. */
export function OtherOffers({
  offers,
  chosen,
  money,
}: {
  offers: readonly Offer[];
  chosen: Offer;
  money: (money: Money) => string;
}) {
  const { text } = useText();
  const rivals = rivalsOf(offers, chosen).slice(0, SHOWN);
  const shops = useQueries({
    queries: rivals.map((one) => ({
      queryKey: ["seller", one.sellerId],
      queryFn: () => seller(one.sellerId),
    })),
  });
  if (rivals.length === 0) return null;
  return (
    <section>
      <h2>{text.product.otherOffers}</h2>
      <ul>
        {rivals.map((one, index) => {
          const shop = shops[index]?.data;
          return (
            <li key={one.id}>
              {shop && <Link href={pathTo.shop(shop.id, shop.displayName)}>{shop.displayName}</Link>}{" "}
              {money(one.price)}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
