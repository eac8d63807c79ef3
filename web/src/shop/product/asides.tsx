import { useMutation, useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import type { Offer, Product } from "../../api/catalogue";
import { useAccount } from "../../session/mine";
import { useText } from "../../text/messages";
import { Icon } from "../../ui/icon";
import { wordsOf } from "../../ui/problem";
import { pathTo } from "../paths";
import { putWish, WISHES } from "../wishes/wishes";
import "./asides.css";

/** What else can be done with a product than to buy it. */
export function Asides({ product, offer }: { product: Product; offer: Offer | undefined }) {
  const { text } = useText();
  const { account } = useAccount();
  const queries = useQueryClient();
  const [path, go] = useLocation();
  const [wished, setWished] = useState("");
  const wish = useMutation({
    mutationFn: (one: Offer) => putWish(one.id, one.price?.currency),
    onSuccess: (_, one) => {
      setWished(one.id);
      void queries.invalidateQueries({ queryKey: WISHES });
    },
  });
  const shop = offer?.sellerId ?? product.sellerId;
  return (
    <div class="asides">
      {offer &&
        (wished === offer.id ? (
          <Link href={pathTo.wishes()}>
            <Icon name="check" />
            {text.product.wished}
          </Link>
        ) : (
          <button
            type="button"
            disabled={wish.isPending}
            onClick={() => (account ? wish.mutate(offer) : go(pathTo.signIn(path)))}
          >
            <Icon name="heart" />
            {text.product.wish}
          </button>
        ))}
      <Link href={pathTo.newMessage({ sellerId: shop, productId: product.id })}>{text.product.ask}</Link>
      <Link class="quiet" href={pathTo.report(product.id)}>
        {text.product.report}
      </Link>
      <span role="alert">{wish.isError && wordsOf(wish.error, text)}</span>
    </div>
  );
}
