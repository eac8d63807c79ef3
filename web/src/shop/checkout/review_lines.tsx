import type { Cart } from "../../api/cart";
import type { Quote } from "../../api/orders";
import { useWords } from "../../text/rooms";
import { wayOf } from "../cart/way";
import "./review_lines.css";

/** What each shop sends. */
export function ReviewLines({ quote, cart }: { quote: Quote; cart: Cart }) {
  const { said, format } = useWords("cart");
  const shopOf = (sellerId: string) =>
    cart.items.find((one) => one.seller?.id === sellerId)?.seller?.displayName ?? "";
  return (
    <div>
      {quote.sellers.map((part) => (
        <section key={part.sellerId} class="review-part">
          <h2>{shopOf(part.sellerId)}</h2>
          <ul>
            {part.lines.map((line) => (
              <li key={line.offerId}>
                <span>
                  {line.title}
                  <small>
                    {[...Object.values(line.options), `× ${format.number(line.quantity)}`].join(", ")}
                  </small>
                </span>
                <strong>
                  {format.money({ ...line.unitPrice, amount: line.unitPrice.amount * line.quantity })}
                </strong>
              </li>
            ))}
            <li class="quiet">
              <span>
                {part.delivery.name}
                <small>{wayOf(part.delivery, said)}</small>
              </span>
              <span>{part.delivery.price.amount > 0 ? format.money(part.delivery.price) : said.free}</span>
            </li>
          </ul>
        </section>
      ))}
    </div>
  );
}
