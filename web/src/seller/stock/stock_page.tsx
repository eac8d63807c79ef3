import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { ConsolePage } from "../../ui/console_page";
import { ListRoom } from "../../ui/list_room";
import { Table } from "../../ui/table";
import { usePages } from "../mine";
import { listProducts, type Row, rowsOf, variantOf } from "../products/products";
import { useShop } from "../shop";
import { AdjustDialog } from "./adjust_dialog";

/** How many can be bought of everything; how many there are and orders hold, says the page of each. */
export function StockPage() {
  const { said, format } = useWords("assortment");
  const shop = useShop();
  const [adjusting, setAdjusting] = useState<Row>();
  const { list, rows } = usePages(
    ["seller", shop.id, "products", ""],
    (page) => listProducts(shop.id, undefined, page),
    (page) => rowsOf(page.products),
  );
  const offered = rows.filter((row) => row.offer);
  return (
    <ConsolePage heading={said.stock}>
      <ListRoom
        list={list}
        count={offered.length}
        empty={{ heading: said.noProducts, hint: said.noProductsHint }}
      >
        <Table
          caption={said.stock}
          rows={offered}
          idOf={(row) => row.id}
          tone={({ offer }) => (offer?.state === "ACTIVE" && offer.available <= 0 ? "bad" : undefined)}
          columns={[
            {
              key: "title",
              name: said.product,
              head: true,
              cell: ({ id, product, offer }) => (
                <>
                  <Link href={shop.to.movements(id)}>{product.title}</Link>
                  {offer && variantOf(offer) && <span class="row-note">{variantOf(offer)}</span>}
                </>
              ),
            },
            { key: "sku", name: said.sku, cell: ({ offer }) => offer?.sku },
            {
              key: "available",
              name: said.available,
              end: true,
              cell: ({ offer }) => format.number(offer?.available ?? 0),
            },
            {
              key: "acts",
              name: "",
              end: true,
              cell: (row) => (
                <button type="button" class="button button-small" onClick={() => setAdjusting(row)}>
                  {said.adjust}
                </button>
              ),
            },
          ]}
        />
      </ListRoom>
      {adjusting?.offer && (
        <AdjustDialog
          offer={adjusting.offer}
          name={adjusting.product.title}
          done={() => void list.refetch()}
          close={() => setAdjusting(undefined)}
        />
      )}
    </ConsolePage>
  );
}
