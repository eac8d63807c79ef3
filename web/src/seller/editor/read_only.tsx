import { useWords } from "../../text/rooms";
import { Facts } from "../../ui/facts";
import { Table } from "../../ui/table";
import { type Product, variantOf } from "../products/products";

/** A product, for who may not change it. */
export function ReadOnly({ product }: { product: Product }) {
  const { said, format } = useWords("assortment");
  return (
    <section class="panel">
      <h2>{said.words}</h2>
      <p class="prose">{product.description}</p>
      <Facts facts={Object.entries(product.attributes).map(([name, value]) => ({ name, value }))} />
      <Table
        caption={said.variants}
        rows={product.offers}
        idOf={(one) => one.id}
        columns={[
          { key: "sku", name: said.sku, head: true, cell: (one) => one.sku },
          { key: "variant", name: said.variants, cell: (one) => variantOf(one) || said.nothing },
          { key: "price", name: said.price, end: true, cell: (one) => format.money(one.price) },
          {
            key: "stock",
            name: said.stock,
            end: true,
            cell: (one) => format.number(one.available),
          },
        ]}
      />
    </section>
  );
}
