import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { type Cart, putCoupons, putDelivery } from "../../api/cart";
import { CART } from "../../api/cart_kept";
import type { Quoted } from "../../api/orders";
import { useWords } from "../../text/rooms";
import { Skeleton } from "../../ui/skeleton";
import { useArrival } from "../../ui/title";
import { addressLines } from "../addresses/address_lines";
import type { Address } from "../addresses/addresses";
import { choicesWith, quoteOf } from "../cart/cart";
import { Totals } from "../cart/totals";
import { pathTo } from "../paths";
import { termsIn } from "../terms/terms";
import { readAttempt } from "./draft";
import { ReviewLines } from "./review_lines";
import { Sending } from "./sending";
import { Told } from "./told";
import { usePlacing } from "./use_placing";
import "./review_step.css";

/** The whole order once more, what is agreed to with it, and the button that makes it one. */
export function ReviewStep({
  cart,
  address,
  method,
}: {
  cart: Cart;
  address: Address | undefined;
  method: string;
}) {
  const { said } = useWords("checkout");
  useArrival("checkout review", true);
  const placing = usePlacing();
  const quoted = useQuery({ ...quoteOf(cart, address?.id), staleTime: 0, enabled: !readAttempt() });
  if (placing.now !== "ready") return <Sending now={placing.now} again={placing.again} />;
  const retry = () => void quoted.refetch();
  return (
    <>
      <h1 tabIndex={-1}>{said.review}</h1>
      {placing.problem !== undefined && <Told problem={placing.problem} cart={cart} retry={placing.forget} />}
      {quoted.isError && <Told problem={quoted.error} cart={cart} retry={retry} />}
      {quoted.isPending && <Skeleton shape="text" count={5} />}
      {quoted.data && !quoted.isError && address && (
        <Shown cart={cart} quoted={quoted.data} address={address} method={method} send={placing.send} />
      )}
    </>
  );
}

type Send = ReturnType<typeof usePlacing>["send"];

function Shown({
  cart,
  quoted,
  address,
  method,
  send,
}: {
  cart: Cart;
  quoted: Quoted;
  address: Address;
  method: string;
  send: Send;
}) {
  const { said, text, format, language } = useWords("checkout");
  const words = useWords("cart").said;
  const paying = useWords("paying").said;
  const queries = useQueryClient();
  const published = useQuery(termsIn(language));
  const terms = published.data?.find((one) => one.kind === "TERMS");
  const [wrong, setWrong] = useState("");
  const { quote } = quoted;
  const fits = cart.items.every((one) => one.state === "AVAILABLE");
  const blocked = !fits || quoted.coupons.length > 0;

  const withoutCoupons = async () => {
    const bad = new Set(quoted.coupons.map((one) => one.code.toUpperCase()));
    const left = cart.couponCodes.filter((code) => !bad.has(code.toUpperCase()));
    queries.setQueryData(CART, await putCoupons(cart.id, left));
  };
  const order = async (form: HTMLFormElement) => {
    if (terms && !new FormData(form).get("agreed")) return setWrong(text.problem.fault.agree);
    setWrong("");
    await send(cart.id, async () => {
      // A way that does not go any more was replaced by the cheapest, which is what is shown: the cart is to say so, too.
      const parts = quote.sellers.filter((part) =>
        quoted.sellers.some((one) => one.sellerId === part.sellerId),
      );
      if (parts.length > 0) {
        const choices = parts.reduce(
          (all, part) =>
            choicesWith({ ...cart, deliveryChoices: all }, part.sellerId, part.delivery.deliveryMethodId),
          cart.deliveryChoices,
        );
        queries.setQueryData(CART, await putDelivery(cart.id, choices));
      }
      return {
        shippingAddressId: address.id,
        paymentMethod: method,
        quoteHash: quote.quoteHash,
        ...(terms && { acceptedTerms: terms.version }),
      };
    });
  };
  return (
    <form
      class="checkout-review"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!blocked) void order(event.currentTarget);
      }}
    >
      {quoted.coupons.length > 0 && (
        <section class="told" role="alert">
          <h2>{words.coupon}</h2>
          <ul>
            {quoted.coupons.map((one) => (
              <li key={one.code}>
                <strong>{one.code}</strong>{" "}
                {one.minimum ? words.couponMinimum(format.money(one.minimum)) : words.couponWhy[one.why]}
              </li>
            ))}
          </ul>
          <p class="told-ways">
            <button type="button" class="button" onClick={() => void withoutCoupons()}>
              {said.withoutCoupon}
            </button>
          </p>
        </section>
      )}
      {!fits && (
        <section class="told" role="alert">
          <h2>{words.mend}</h2>
          <p class="told-ways">
            <Link class="button" href={pathTo.cart()}>
              {said.toCart}
            </Link>
          </p>
        </section>
      )}
      <dl class="review-choices">
        <Choice
          name={said.to}
          value={addressLines(address, format).join(", ")}
          change={pathTo.checkout("address")}
        />
        <Choice
          name={said.by}
          value={quote.sellers.map((one) => one.delivery.name).join(", ")}
          change={pathTo.checkout("delivery")}
        />
        <Choice
          name={said.pays}
          value={`${paying.card[method] ?? method} ${paying.hint[method] ?? ""}`}
          change={pathTo.checkout("payment")}
        />
      </dl>
      <ReviewLines quote={quote} cart={cart} />
      <Totals of={quote} />
      {terms && (
        <label class="review-agree">
          <input type="checkbox" name="agreed" aria-invalid={wrong ? "true" : undefined} />
          <span>
            {said.agree(terms.title)}{" "}
            <a href={`/${language}${pathTo.termsOf(terms.kind)}`} target="_blank" rel="noreferrer">
              {said.read}
            </a>
            {wrong && <span class="field-wrong"> {wrong}</span>}
          </span>
        </label>
      )}
      <button type="submit" class="button button-main" aria-disabled={blocked}>
        {said.pay(format.money(quote.total))}
      </button>
    </form>
  );
}

function Choice({ name, value, change }: { name: string; value: string; change: string }) {
  const { said } = useWords("checkout");
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
      <dd>
        <Link href={change} aria-label={said.changeOf(name)}>
          {said.change}
        </Link>
      </dd>
    </div>
  );
}
