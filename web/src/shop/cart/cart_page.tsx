import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/preact-query";
import { useEffect, useRef, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { type Cart, type CartItem, putDelivery, putItem } from "../../api/cart";
import { CART } from "../../api/cart_kept";
import { useWords } from "../../text/rooms";
import { Empty } from "../../ui/empty";
import { Problem, wordsOf } from "../../ui/problem";
import { useArrival, useTitle } from "../../ui/title";
import { pathTo } from "../paths";
import { byShop, cartNow, choiceOf, choicesWith, quoteOf, useWanted } from "./cart";
import { CartLine } from "./cart_line";
import { CartSkeleton } from "./cart_skeleton";
import { DeliveryChoices } from "./delivery_choice";
import { Summary } from "./summary";
import { withWanted } from "./wanted";
import "./cart_page.css";

export function CartPage() {
  const { said, text } = useWords("cart");
  const asked = useQuery(cartNow);
  useTitle(said.heading);
  useArrival("cart", !asked.isPending);
  if (asked.isPending) return <CartSkeleton heading={said.heading} />;
  if (asked.isLoadingError) {
    return (
      <>
        <h1 tabIndex={-1}>{said.heading}</h1>
        <Problem problem={asked.error} retry={() => void asked.refetch()} />
      </>
    );
  }
  return asked.data ? (
    <Filled cart={asked.data} />
  ) : (
    <Empty level={1} heading={said.none} hint={said.noneHint}>
      <Link class="button button-main" href={pathTo.search()}>
        {text.home.browse}
      </Link>
    </Empty>
  );
}

function Filled({ cart }: { cart: Cart }) {
  const { said, text } = useWords("cart");
  const queries = useQueryClient();
  const { wanted, want, problem, settled } = useWanted(cart);
  const [removed, setRemoved] = useState<CartItem>();
  const shown = withWanted(cart, wanted);
  const quoted = useQuery({ ...quoteOf(cart), placeholderData: keepPreviousData });

  // The button that was pressed is gone with its line: the focus goes to what takes it back.
  const undo = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (removed) (undo.current ?? document.querySelector<HTMLElement>("main h1"))?.focus();
  }, [removed]);

  const change = (item: CartItem, quantity: number) => {
    setRemoved(quantity === 0 ? item : undefined);
    want(item.offerId, quantity);
  };
  const changed = (next: Cart) => queries.setQueryData(CART, next);
  const putBack = async ({ offerId, quantity }: CartItem) => {
    setRemoved(undefined);
    await settled(); // or what takes it out of the cart may come after this
    changed(await putItem(cart.id, offerId, quantity));
  };

  return (
    <>
      <div class="cart-news" role="status">
        {removed && (
          <p>
            {said.removed(removed.title ?? said.thing)}{" "}
            {removed.productId && (
              <button ref={undo} type="button" class="link-button" onClick={() => void putBack(removed)}>
                {said.undo}
              </button>
            )}
          </p>
        )}
        {problem !== undefined && <p class="cart-line-bad">{wordsOf(problem, text)}</p>}
      </div>
      {shown.items.length === 0 ? (
        <Empty level={1} heading={said.none} hint={said.noneHint}>
          <Link class="button button-main" href={pathTo.search()}>
            {text.home.browse}
          </Link>
        </Empty>
      ) : (
        <>
          <h1 tabIndex={-1}>{said.heading}</h1>
          <div class="cart">
            <div>
              {byShop(shown).map(({ seller, items }) => {
                const part = quoted.data?.quote.sellers.find((one) => one.sellerId === seller?.id);
                const shop = seller?.displayName ?? "";
                return (
                  <section key={seller?.id} class="cart-shop">
                    {seller && (
                      <h2>
                        <span class="quiet">{said.from}</span>{" "}
                        <Link href={pathTo.shop(seller.id, shop)}>{shop}</Link>
                      </h2>
                    )}
                    {items.map((item) => (
                      <CartLine key={item.offerId} item={item} want={(quantity) => change(item, quantity)} />
                    ))}
                    {part && part.deliveryOptions.length > 1 && (
                      <DeliveryChoices
                        part={part}
                        shop={shop}
                        chosen={choiceOf(cart, part.sellerId)}
                        refused={quoted.data?.sellers.find((one) => one.sellerId === part.sellerId)}
                        choose={async (deliveryMethodId) =>
                          changed(
                            await putDelivery(cart.id, choicesWith(cart, part.sellerId, deliveryMethodId)),
                          )
                        }
                      />
                    )}
                  </section>
                );
              })}
            </div>
            <Summary cart={shown} quoted={quoted.data} changed={changed} settled={settled} />
          </div>
        </>
      )}
    </>
  );
}
