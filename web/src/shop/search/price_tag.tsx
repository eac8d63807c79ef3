import type { Offer } from "../../api/catalogue";
import { useText } from "../../text/messages";
import "./price_tag.css";

/** The price, the one it is compared with, and what the law wants said beside that: the lowest of the last 30 days. */
export function PriceTag({ offer, whole = false }: { offer: Offer; whole?: boolean }) {
  const { text, format } = useText();
  return (
    <p class={whole ? "price-tag price-tag-whole" : "price-tag"}>
      <strong>{format.money(offer.price)}</strong>
      {offer.compareAt && (
        <>
          {" "}
          <span class="unseen">{text.product.before}</span> <s>{format.money(offer.compareAt)}</s>
        </>
      )}
      {whole && offer.compareAt && offer.lowestPrice30d && (
        <small>{text.product.lowest(format.money(offer.lowestPrice30d))}</small>
      )}
    </p>
  );
}
