import { queryOptions, useQueryClient } from "@tanstack/preact-query";
import { useMemo, useState } from "preact/hooks";
import { type Cart, openCart, putItem, removeItem } from "../../api/cart";
import { CART } from "../../api/cart_kept";
import { quoteCart } from "../../api/orders";
import { isSignedIn } from "../../api/session";
import { Wanted } from "./wanted";

export const cartNow = queryOptions({
  queryKey: CART,
  queryFn: openCart,
  // What is left and what it costs are of the moment.
  staleTime: 0,
  refetchOnWindowFocus: true,
});

/** What an order of the cart would cost. Only who has an account can be told: a guest gets one at the checkout. */
export const quoteOf = (cart: Cart | null | undefined, addressId?: string) =>
  queryOptions({
    queryKey: [
      "mine",
      "quote",
      addressId,
      cart && [
        cart.items.map((one) => [one.offerId, one.quantity, one.state, one.unitPrice]),
        cart.deliveryChoices,
        cart.couponCodes,
      ],
    ],
    queryFn: () => {
      if (!cart) throw new Error("there is no cart to quote");
      return quoteCart(cart, addressId);
    },
    enabled: isSignedIn() && (cart?.items.some((one) => one.state === "AVAILABLE") ?? false),
  });

/** Quantities that are on their way, and how to want others. */
export function useWanted(cart: Cart | null | undefined) {
  const queries = useQueryClient();
  const [wanted, setWanted] = useState<ReadonlyMap<string, number>>(new Map());
  const [problem, setProblem] = useState<unknown>();
  const cartId = cart?.id;
  const changes = useMemo(
    () =>
      new Wanted(
        async (offerId, quantity) => {
          if (!cartId) return;
          const changed = await (quantity === 0
            ? removeItem(cartId, offerId)
            : putItem(cartId, offerId, quantity));
          queries.setQueryData(CART, changed);
        },
        setWanted,
        (refused) => {
          setProblem(refused);
          // What was refused may be another cart by now.
          void queries.invalidateQueries({ queryKey: CART });
        },
      ),
    [cartId, queries],
  );
  const want = (offerId: string, quantity: number) => {
    setProblem(undefined);
    changes.want(offerId, quantity);
  };
  return { wanted, want, problem, settled: () => changes.settled() };
}

/** The items of each shop, in the order in which the first of them came; what nobody sells any more comes last. */
export function byShop(cart: Cart): { seller: Cart["items"][number]["seller"]; items: Cart["items"] }[] {
  const groups = new Map<string, { seller: Cart["items"][number]["seller"]; items: Cart["items"] }>();
  for (const item of cart.items) {
    const group = groups.get(item.seller?.id ?? "");
    if (group) group.items.push(item);
    else groups.set(item.seller?.id ?? "", { seller: item.seller, items: [item] });
  }
  return [...groups.values()].sort((one, other) => Number(!one.seller) - Number(!other.seller));
}

/** The choices of a cart with this one. */
export function choicesWith(cart: Cart, sellerId: string, deliveryMethodId: string) {
  return [...cart.deliveryChoices.filter((one) => one.sellerId !== sellerId), { sellerId, deliveryMethodId }];
}

export function choiceOf(cart: Cart, sellerId: string): string | undefined {
  return cart.deliveryChoices.find((one) => one.sellerId === sellerId)?.deliveryMethodId;
}
