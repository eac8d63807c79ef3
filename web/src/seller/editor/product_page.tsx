import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { ownProduct } from "../own";
import { findProduct, toneOf } from "../products/products";
import { useShop } from "../shop";
import { Editor } from "./editor";
import { ReadOnly } from "./read_only";
import { StateActs } from "./state_acts";

/** A product of the shop: what it is, its variants, and whether it is for sale. */
export function ProductPage({ id }: { id: string }) {
  const { said } = useWords("assortment");
  const shop = useShop();
  const queries = useQueryClient();
  const key = ["mine", "product", id];
  const mayWrite = shop.may("products.write");
  const asked = useQuery({
    queryKey: key,
    queryFn: () => (mayWrite ? ownProduct(id, shop.may("offers.write")) : findProduct(shop.id, id)),
  });
  const product = asked.data;
  const renew = async () => {
    await queries.invalidateQueries({ queryKey: key });
    void queries.invalidateQueries({ queryKey: ["mine", "seller", shop.id, "products"] });
  };
  if (!product)
    return (
      <ConsolePage heading={said.product}>
        {asked.isError ? (
          <Problem problem={asked.error} retry={() => void asked.refetch()} />
        ) : (
          <Skeleton shape="line" count={8} />
        )}
      </ConsolePage>
    );
  const isEditable = mayWrite && product.sellerId === shop.id && product.state !== "TAKEN_DOWN";
  return (
    <ConsolePage
      heading={product.title}
      lead={
        <>
          <Badge tone={toneOf(product.state)}>{said.productState[product.state]}</Badge>{" "}
          {product.stateReason && said.stateSince(product.stateReason)}
        </>
      }
      acts={<StateActs product={product} renew={renew} />}
    >
      {isEditable ? <Editor product={product} renew={renew} /> : <ReadOnly product={product} />}
    </ConsolePage>
  );
}
