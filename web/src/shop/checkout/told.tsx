import { Link } from "wouter-preact";
import type { Cart } from "../../api/cart";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { Problem, wordsOf } from "../../ui/problem";
import { pathTo } from "../paths";
import "./told.css";

// These name what is in the way: there is something to do about it other than to try again.
const NAMED = [
  "OUT_OF_STOCK",
  "PRICE_CHANGED",
  "OFFER_UNAVAILABLE",
  "NO_PRICE_IN_CURRENCY",
  "DELIVERY_UNAVAILABLE",
  "COUPON_NOT_APPLICABLE",
  "AMOUNT_TOO_LARGE",
  "CART_EMPTY",
  "ADDRESS_NOT_FOUND",
];

/** Why an order could not be had as it was, line by line, and where that is changed. */
export function Told({ problem, cart, retry }: { problem: unknown; cart: Cart; retry: () => void }) {
  const { said, text, format } = useWords("checkout");
  const words = useWords("cart").said;
  if (!(problem instanceof Refusal) || !NAMED.includes(problem.reason))
    return <Problem problem={problem} retry={retry} />;
  const { lines = [], sellers = [], coupons = [] } = problem.metadata ?? {};
  const titleOf = (offerId: string) =>
    cart.items.find((one) => one.offerId === offerId)?.title ?? words.thing;
  const shopOf = (sellerId: string) =>
    cart.items.find((one) => one.seller?.id === sellerId)?.seller?.displayName ?? "";
  return (
    <section class="told" role="alert">
      <h2>{wordsOf(problem, text)}</h2>
      <ul>
        {lines.map((one) => (
          <li key={one.offerId}>
            {one.oldPrice && one.newPrice ? (
              <>
                <strong>{titleOf(one.offerId)}</strong>{" "}
                {said.now(format.money(one.oldPrice), format.money(one.newPrice))}
              </>
            ) : (
              said.left(titleOf(one.offerId), format.number(one.available ?? 0))
            )}
          </li>
        ))}
        {sellers.map((one) => (
          <li key={one.sellerId}>
            {one.oldDelivery && one.newDelivery && one.oldDelivery.amount !== one.newDelivery.amount ? (
              <>
                <strong>{words.deliveryBy(shopOf(one.sellerId))}</strong>{" "}
                {said.now(format.money(one.oldDelivery), format.money(one.newDelivery))}
              </>
            ) : (
              problem.reason === "DELIVERY_UNAVAILABLE" && words.deliveryNone(shopOf(one.sellerId))
            )}
          </li>
        ))}
        {coupons.map((one) => (
          <li key={one.code}>
            <strong>{one.code}</strong>{" "}
            {one.minimum ? words.couponMinimum(format.money(one.minimum)) : words.couponWhy[one.why]}
          </li>
        ))}
      </ul>
      {problem.reason === "PRICE_CHANGED" && <p>{said.changedHint}</p>}
      <p class="told-ways">
        {(problem.reason === "DELIVERY_UNAVAILABLE" || problem.reason === "ADDRESS_NOT_FOUND") && (
          <Link class="button" href={pathTo.checkout("address")}>
            {said.changeOf(said.step.address)}
          </Link>
        )}
        <Link class="button" href={pathTo.cart()}>
          {said.toCart}
        </Link>
      </p>
    </section>
  );
}
