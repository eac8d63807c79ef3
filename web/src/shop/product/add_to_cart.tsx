import { useMutation, useQueryClient } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { CART } from "../../api/cart_kept";
import type { Offer } from "../../api/catalogue";
import { useText } from "../../text/messages";
import { learned } from "../../text/rooms";
import { wordsOf } from "../../ui/problem";
import { pathTo } from "../paths";
import "./add_to_cart.css";

const MOST = 10;

/** How many of what is chosen, and into the cart with it. What that takes comes with the first click. */
export function AddToCart({ offer }: { offer: Offer }) {
  const { text, format } = useText();
  const queries = useQueryClient();
  const add = useMutation({
    mutationFn: async (quantity: number) => {
      const { addToCart } = await learned(import("../../api/cart"), "cart");
      return addToCart(offer.id, quantity);
    },
    onSuccess: (cart) => queries.setQueryData(CART, cart),
  });
  const most = Math.min(offer.available, MOST);
  return (
    <form
      class="add-to-cart"
      onSubmit={(event) => {
        event.preventDefault();
        if (!add.isPending) add.mutate(Number(new FormData(event.currentTarget).get("quantity")));
      }}
    >
      <select name="quantity" aria-label={text.product.quantity}>
        {Array.from({ length: most }, (_, index) => (
          <option key={index} value={index + 1}>
            {format.number(index + 1)}
          </option>
        ))}
      </select>
      <button type="submit" class="button button-main" aria-disabled={add.isPending}>
        {add.isPending ? text.loading : text.product.add}
      </button>
      <p role="status">
        {add.isSuccess && (
          <>
            {text.product.added} <Link href={pathTo.cart()}>{text.product.toCart}</Link>
          </>
        )}
        {add.isError && <span class="field-wrong">{wordsOf(add.error, text)}</span>}
      </p>
    </form>
  );
}
