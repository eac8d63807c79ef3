import type { Product } from "../../api/catalogue";
import { Picture } from "../../ui/picture";
import "./collage.css";

const PLACES = 3;

/** The newest product of each shop, then what is left: variety first. */
function mixed(products: readonly Product[]): Product[] {
  const isFirst = (one: Product) => products.find((other) => other.sellerId === one.sellerId) === one;
  return [...products.filter(isFirst), ...products.filter((one) => !isFirst(one))];
}

/** Pictures of what is new, as the face of the shop. They say nothing that the list below does not. */
export function Collage({ products }: { products: readonly Product[] }) {
  const shown = mixed(products.filter((one) => one.pictures.length > 0));
  if (products.length > 0 && shown.length === 0) return null;
  return (
    <div class="collage" aria-hidden="true">
      {Array.from({ length: PLACES }, (_, index) => {
        const picture = shown[index]?.pictures[0];
        return (
          <div key={picture?.id ?? index}>
            {picture && <Picture picture={picture} alt="" sizes="(min-width: 52rem) 22rem, 45vw" eager />}
          </div>
        );
      })}
    </div>
  );
}
