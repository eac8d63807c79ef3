import { api } from "../../api/client";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { ActButton } from "../act_button";
import { mine } from "../mine";
import type { Product } from "../products/products";
import { useShop } from "../shop";

/** What can be done with the product as a whole. Where operators look first, publishing it asks them to. */
export function StateActs({ product, renew }: { product: Product; renew: () => Promise<unknown> }) {
  const { said, language } = useWords("assortment");
  const shop = useShop();
  const params = { path: { productId: product.id } };
  const done = () => void renew();
  const publish = async () => {
    try {
      await mine(() => api.POST("/v1/products/{productId}:publish", { params, body: {} }));
    } catch (problem) {
      if (!(problem instanceof Refusal && problem.reason === "MODERATION_REQUIRED")) throw problem;
      await mine(() => api.POST("/v1/products/{productId}:propose", { params, body: {} }));
    }
  };
  const mayWrite = shop.may("products.write") && product.sellerId === shop.id;
  const isUnpublished = product.state === "DRAFT" || product.state === "CHANGES_REQUESTED";
  return (
    <>
      {product.state === "PUBLISHED" && (
        <a class="button" href={`/${language}/p/${product.id}`}>
          {said.inShop}
        </a>
      )}
      {mayWrite && isUnpublished && (
        <ActButton look="button-main" act={publish} done={done} reasons={said.publishReasons}>
          {said.publish}
        </ActButton>
      )}
      {mayWrite && (product.state === "PUBLISHED" || isUnpublished) && (
        <ActButton
          act={() => mine(() => api.POST("/v1/products/{productId}:archive", { params, body: {} }))}
          done={done}
        >
          {said.archive}
        </ActButton>
      )}
      {mayWrite && product.state === "ARCHIVED" && (
        <ActButton
          act={() => mine(() => api.POST("/v1/products/{productId}:restore", { params, body: {} }))}
          done={done}
        >
          {said.restore}
        </ActButton>
      )}
    </>
  );
}
