import type { Product } from "../../api/catalogue";
import { Picture } from "../../ui/picture";
import "./collage.css";

const PLACES = 3;

/** Pictures of what is new, as the face of the shop. They say nothing that the list below does not. */
export function Collage({ products }: { products: readonly Product[] }) {
  return (
    <div class="collage" aria-hidden="true">
      {Array.from({ length: PLACES }, (_, index) => {
        const picture = products[index]?.pictures[0];
        return (
          <div key={picture?.id ?? index}>
            {picture && <Picture picture={picture} alt="" sizes="(min-width: 52rem) 22rem, 45vw" eager />}
          </div>
        );
      })}
    </div>
  );
}
