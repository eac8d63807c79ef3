import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import type { Offer, Product } from "../../api/catalogue";
import { useText } from "../../text/messages";
import { Icon } from "../../ui/icon";
import { Stars } from "../../ui/stars";
import { pathTo } from "../paths";
import { PriceTag } from "../search/price_tag";
import { AddToCart } from "./add_to_cart";
import { Asides } from "./asides";
import { choose, firstOf, optionsOf } from "./choice";
import { OptionPicker } from "./option_picker";
import { OtherOffers } from "./other_offers";
import "./buying.css";

// So few that it is worth saying.
const FEW = 5;

/** What it costs, in which variants, from whom, and whether it is there. */
export function Buying({ product }: { product: Product }) {
  const { text, format } = useText();
  const [taken, setTaken] = useState<string>();
  const [changed, setChanged] = useState("");
  const offer = product.offers.find((one) => one.id === taken) ?? firstOf(product.offers);

  const pick = (chosen: Offer, name: string, value: string) => {
    const next = choose(product.offers, chosen, name, value);
    const others = Object.entries(next.options).filter(
      ([other, now]) =>
        other !== name && chosen.options[other] !== undefined && chosen.options[other] !== now,
    );
    setChanged(others.map(([other, now]) => `${other}: ${now}`).join(", "));
    setTaken(next.id);
  };

  return (
    <div class="buying">
      {product.rating.count > 0 && (
        <a class="buying-rating" href="#reviews">
          <Stars hundredths={product.rating.averageHundredths} /> {text.reviews.count(product.rating.count)}
        </a>
      )}
      {offer ? (
        <>
          <PriceTag offer={offer} whole />
          <OptionPicker
            options={optionsOf(product.offers)}
            offer={offer}
            isThere={(name, value) => choose(product.offers, offer, name, value).available > 0}
            pick={(name, value) => pick(offer, name, value)}
          />
          <p class="buying-stock" role="status" data-there={offer.available > 0}>
            {offer.available > 0 && <Icon name="check" />}
            {offer.available === 0 && text.product.soldOut}
            {offer.available > FEW && text.product.inStock}
            {offer.available > 0 && offer.available <= FEW && text.product.left(offer.available)}
            {changed && <span class="quiet"> {text.product.changed(changed)}</span>}
          </p>
          {offer.available > 0 && <AddToCart key={offer.id} offer={offer} />}
        </>
      ) : (
        <p class="buying-stock" data-there="false">
          {text.product.soldOut}
        </p>
      )}
      {product.seller && (
        <p>
          <span class="quiet">{text.product.sold}</span>{" "}
          <Link href={pathTo.shop(product.seller.id, product.seller.displayName)}>
            {product.seller.displayName}
          </Link>
        </p>
      )}
      <Asides product={product} offer={offer} />
      {offer && <OtherOffers offers={product.offers} chosen={offer} money={format.money} />}
    </div>
  );
}
