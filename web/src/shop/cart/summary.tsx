import { useState } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import { type Cart, putCoupons } from "../../api/cart";
import type { Quoted } from "../../api/orders";
import { useWords } from "../../text/rooms";
import { pathTo } from "../paths";
import { Coupons } from "./coupons";
import { Total, Totals } from "./totals";
import "./summary.css";

/** What it costs, as far as that is known, and the way on. */
export function Summary({
  cart,
  quoted,
  changed,
  settled,
}: {
  cart: Cart;
  quoted: Quoted | undefined;
  changed: (cart: Cart) => void;
  settled: () => Promise<void>;
}) {
  const { said } = useWords("cart");
  const [, go] = useLocation();
  const [mend, setMend] = useState(false);
  const fits = cart.items.every((one) => one.state === "AVAILABLE");
  // Another quantity than the one that was priced: its goods are known, the rest in a moment.
  const quote = quoted?.quote;
  const goods = quote?.sellers.flatMap((one) => one.lines) ?? [];
  const isOf = cart.items.every(
    (item) => goods.find((line) => line.offerId === item.offerId)?.quantity === item.quantity,
  );
  return (
    <aside class="cart-summary" aria-label={said.summary}>
      {cart.orderId && (
        <div class="cart-waiting" role="status">
          <p>
            <strong>{said.waiting}</strong> {said.waitingHint}
          </p>
          <Link class="button" href={pathTo.done(cart.orderId)}>
            {said.toOrder}
          </Link>
        </div>
      )}
      <Coupons
        codes={cart.couponCodes}
        refused={quoted?.coupons ?? []}
        isQuoted={quoted !== undefined}
        put={async (codes) => changed(await putCoupons(cart.id, codes))}
      />
      {quote && isOf ? (
        <Totals of={quote} />
      ) : (
        cart.total && (
          <>
            <dl class="totals">
              <Total money={cart.total} />
            </dl>
            <p class="quiet cart-before">{said.before}</p>
          </>
        )
      )}
      <p class="cart-line-bad" role="alert">
        {mend && !fits && said.mend}
      </p>
      <button
        type="button"
        class="button button-main"
        onClick={async () => {
          setMend(true);
          if (!fits) return;
          await settled();
          go(pathTo.checkout("address"));
        }}
      >
        {said.checkout}
      </button>
    </aside>
  );
}
