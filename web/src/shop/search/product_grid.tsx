import type { Product } from "../../api/catalogue";
import { ProductCard } from "./product_card";
import "./product_grid.css";

// The first row is there before anybody scrolls.
const EAGER = 5;

export function ProductGrid({ products, level = 2 }: { products: readonly Product[]; level?: 2 | 3 }) {
  if (products.length === 0) return null;
  return (
    <ul class="product-grid">
      {products.map((one, index) => (
        <li key={one.id}>
          <ProductCard product={one} eager={index < EAGER} level={level} />
        </li>
      ))}
    </ul>
  );
}
