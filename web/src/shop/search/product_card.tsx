import { Link } from "wouter-preact";
import type { Product } from "../../api/catalogue";
import { useText } from "../../text/messages";
import { Picture } from "../../ui/picture";
import { Stars } from "../../ui/stars";
import { pathTo } from "../paths";
import { PriceTag } from "./price_tag";
import "./product_card.css";

const SIZES = "(min-width: 80rem) 14rem, (min-width: 52rem) 22vw, 45vw";

/** One product among others. A search answers with the offer that is best for it. */
export function ProductCard({ product, eager, level }: { product: Product; eager: boolean; level: 2 | 3 }) {
  const { text, format, language } = useText();
  const offer = product.offers[0];
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <article class="product-card">
      <Picture picture={product.pictures[0]} alt="" sizes={SIZES} eager={eager} />
      <Heading>
        <Link
          href={pathTo.product(product.id, product.title)}
          lang={product.textLanguage === language ? undefined : product.textLanguage}
        >
          {product.title}
        </Link>
      </Heading>
      {product.seller && <p class="product-card-shop">{product.seller.displayName}</p>}
      {product.rating.count > 0 && (
        <p class="product-card-rating">
          <Stars hundredths={product.rating.averageHundredths} /> {format.number(product.rating.count)}
        </p>
      )}
      {offer ? <PriceTag offer={offer} /> : <p class="product-card-sold">{text.product.soldOut}</p>}
      {offer?.available === 0 && <p class="product-card-sold">{text.product.soldOut}</p>}
    </article>
  );
}
