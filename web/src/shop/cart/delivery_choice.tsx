import type { QuotePart, RefusedSeller } from "../../api/orders";
import { useWords } from "../../text/rooms";
import { wayOf } from "./way";
import "./delivery_choice.css";

/** How one shop can send its part, to choose from. What was chosen before and does not go any more is said. */
export function DeliveryChoices({
  part,
  shop,
  chosen,
  refused,
  choose,
}: {
  part: QuotePart;
  shop: string;
  /** What the cart says; a moment before the price of that is known. */
  chosen: string | undefined;
  refused: RefusedSeller | undefined;
  choose: (deliveryMethodId: string) => void;
}) {
  const { said, format } = useWords("cart");
  const isThere = !refused && part.deliveryOptions.some((one) => one.deliveryMethodId === chosen);
  const taken = isThere ? chosen : part.delivery.deliveryMethodId;
  const why = refused?.deliveryMethodId && said.deliveryWhy[refused.why ?? ""];
  return (
    <fieldset class="delivery">
      <legend>{said.deliveryBy(shop)}</legend>
      {why && (
        <p class="cart-line-bad" role="status">
          {why}
        </p>
      )}
      {part.deliveryOptions.map((one) => (
        <label key={one.deliveryMethodId} class="delivery-way">
          <input
            type="radio"
            name={`delivery-${part.sellerId}`}
            value={one.deliveryMethodId}
            checked={one.deliveryMethodId === taken}
            onChange={() => choose(one.deliveryMethodId)}
          />
          <span>
            {one.name}
            <small>{wayOf(one, said)}</small>
          </span>
          <strong>{one.price.amount > 0 ? format.money(one.price) : said.free}</strong>
        </label>
      ))}
    </fieldset>
  );
}
