import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/preact-query";
import { useLocation } from "wouter-preact";
import { type Cart, putDelivery } from "../../api/cart";
import { CART } from "../../api/cart_kept";
import { useWords } from "../../text/rooms";
import { Skeleton } from "../../ui/skeleton";
import { useArrival } from "../../ui/title";
import { choiceOf, choicesWith, quoteOf } from "../cart/cart";
import { DeliveryChoices } from "../cart/delivery_choice";
import { pathTo } from "../paths";
import { Told } from "./told";

/** How each shop sends its part. What is preselected is the cheapest. */
export function DeliveryStep({ cart, addressId }: { cart: Cart; addressId: string | undefined }) {
  const { said } = useWords("checkout");
  useArrival("checkout delivery", true);
  const queries = useQueryClient();
  const [, go] = useLocation();
  const quoted = useQuery({ ...quoteOf(cart, addressId), placeholderData: keepPreviousData });
  const nameOf = (sellerId: string) =>
    cart.items.find((one) => one.seller?.id === sellerId)?.seller?.displayName ?? "";
  const choose = async (sellerId: string, deliveryMethodId: string) => {
    queries.setQueryData(CART, await putDelivery(cart.id, choicesWith(cart, sellerId, deliveryMethodId)));
  };
  return (
    <>
      <h1 tabIndex={-1}>{said.delivery}</h1>
      {quoted.isPending && <Skeleton shape="text" count={2} />}
      {quoted.isError && <Told problem={quoted.error} cart={cart} retry={() => void quoted.refetch()} />}
      {quoted.data && !quoted.isError && (
        <>
          {quoted.data.quote.sellers.map((part) => (
            <DeliveryChoices
              key={part.sellerId}
              part={part}
              shop={nameOf(part.sellerId)}
              chosen={choiceOf(cart, part.sellerId)}
              refused={quoted.data.sellers.find((one) => one.sellerId === part.sellerId)}
              choose={(deliveryMethodId) => void choose(part.sellerId, deliveryMethodId)}
            />
          ))}
          <button type="button" class="button button-main" onClick={() => go(pathTo.checkout("payment"))}>
            {said.next}
          </button>
        </>
      )}
    </>
  );
}
