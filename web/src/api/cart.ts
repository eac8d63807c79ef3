import { keepCart, keptCart } from "./cart_kept";
import { api, ask, type Schemas } from "./client";
import { Refusal } from "./refusal";
import { asMember, isSignedIn } from "./session";

export type Cart = Schemas["Cart"];
export type CartItem = Schemas["CartItem"];
export type DeliveryChoice = Schemas["DeliveryChoice"];

export const MOST = 999;

const isGone = (problem: unknown) => problem instanceof Refusal && problem.status === 404;
const at = (cartId: string) => ({ path: { cartId } });

export function countOf(cart: Pick<Cart, "items">): number {
  return cart.items.reduce((all, one) => all + one.quantity, 0);
}

function remember(cart: Cart): Cart {
  if (!isSignedIn()) keepCart({ id: cart.id, count: countOf(cart) });
  return cart;
}

/** The account's cart; what the same person put into a guest's cart before comes into it first. */
async function ofAccount(): Promise<Cart> {
  const guests = keptCart();
  if (guests) {
    try {
      const cart = await asMember(() =>
        ask(api.POST("/v1/carts/{cartId}:merge", { params: at(guests.id), body: {} })),
      );
      keepCart(undefined);
      return cart;
    } catch (problem) {
      if (!isGone(problem)) throw problem;
      keepCart(undefined);
    }
  }
  return asMember(() => ask(api.POST("/v1/browser/carts", { body: {} })));
}

/** The cart of whoever is here; null of a guest who has put nothing into one yet. Of a cart that is over nothing is left to remember. */
export async function openCart(): Promise<Cart | null> {
  if (isSignedIn()) return ofAccount();
  const kept = keptCart();
  if (!kept) return null;
  try {
    return remember(await ask(api.GET("/v1/carts/{cartId}", { params: at(kept.id) })));
  } catch (problem) {
    if (!isGone(problem)) throw problem;
    keepCart(undefined);
    return null;
  }
}

export const putItem = async (cartId: string, offerId: string, quantity: number) =>
  remember(
    await asMember(() =>
      ask(
        api.PUT("/v1/carts/{cartId}/items/{offerId}", {
          params: { path: { cartId, offerId } },
          body: { quantity },
        }),
      ),
    ),
  );

export const removeItem = async (cartId: string, offerId: string) =>
  remember(
    await asMember(() =>
      ask(api.DELETE("/v1/carts/{cartId}/items/{offerId}", { params: { path: { cartId, offerId } } })),
    ),
  );

export const putCoupons = async (cartId: string, couponCodes: string[]) =>
  remember(
    await asMember(() =>
      ask(api.PUT("/v1/carts/{cartId}/coupons", { params: at(cartId), body: { couponCodes } })),
    ),
  );

export const putDelivery = async (cartId: string, deliveryChoices: DeliveryChoice[]) =>
  remember(
    await asMember(() =>
      ask(api.PUT("/v1/carts/{cartId}/delivery", { params: at(cartId), body: { deliveryChoices } })),
    ),
  );

/** So many more of an offer, whether there is a cart yet or not. */
export async function addToCart(offerId: string, quantity: number): Promise<Cart> {
  const cart = isSignedIn() ? await ofAccount() : await ask(api.POST("/v1/browser/carts", { body: {} }));
  const there = cart.items.find((one) => one.offerId === offerId)?.quantity ?? 0;
  return putItem(cart.id, offerId, Math.min(there + quantity, MOST));
}
