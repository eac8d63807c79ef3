import { useWords } from "../../text/rooms";
import { Table } from "../../ui/table";
import { ActButton } from "../acting";
import { detach, type Product } from "./content";

/** What is offered of a product; an offer that does not belong there can be withdrawn. */
export function Offers({ product }: { product: Product }) {
  const { said, format } = useWords("op_content");
  if (product.offers.length === 0) return null;
  const variant = (options: Readonly<Record<string, string>>) => Object.values(options).join(", ");
  return (
    <section class="part">
      <h2>{said.offers}</h2>
      <Table
        caption={said.offers}
        rows={product.offers}
        idOf={(one) => one.id}
        columns={[
          { key: "sku", name: said.sku, head: true, cell: (one) => one.sku },
          { key: "variant", name: said.variant, cell: (one) => variant(one.options) },
          { key: "price", name: said.price, end: true, cell: (one) => format.money(one.price) },
          { key: "available", name: said.available, end: true, cell: (one) => format.number(one.available) },
          {
            key: "acts",
            name: "",
            end: true,
            cell: (one) =>
              one.state === "ACTIVE" && (
                <ActButton
                  needs="detachOffer"
                  label={said.detach}
                  of={one.sku}
                  heading={said.detachOf(one.sku)}
                  does={[said.detachDoes, said.detachForGood, said.readsReason]}
                  reason="required"
                  isBad
                  act={(reason) => detach(one.id, reason)}
                  told={said.detached(one.sku)}
                  target={one.id}
                />
              ),
          },
        ]}
      />
    </section>
  );
}
