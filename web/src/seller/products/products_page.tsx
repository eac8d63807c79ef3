import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { BulkBar } from "../../ui/bulk_bar";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { ListRoom } from "../../ui/list_room";
import { Table } from "../../ui/table";
import { useFilters } from "../../ui/use_filters";
import { usePages } from "../mine";
import { useShop } from "../shop";
import { renewed } from "./bulk";
import { BulkDialog } from "./bulk_dialog";
import { BulkResult, type Refused } from "./bulk_result";
import { listProducts, PRODUCT_STATES, type Row, rowsOf, toneOf, variantOf } from "./products";

const NONE: ReadonlySet<string> = new Set();
type Kind = "price" | "stock" | "state";

/** What the shop has, and what can be changed of many at once. */
export function ProductsPage() {
  const { said, format } = useWords("assortment");
  const shop = useShop();
  const { values, set, clear, isNarrowed } = useFilters(["state"]);
  const state = PRODUCT_STATES.find((one) => one === values.state);
  const [chosen, choose] = useState(NONE);
  // What was chosen is meant also while a filter hides it.
  const [known, setKnown] = useState<ReadonlyMap<string, Row>>(new Map());
  const [asks, setAsks] = useState<Kind>();
  const [done, setDone] = useState<{ count: number; refused: readonly Refused[] }>();
  const { list, rows } = usePages(
    ["seller", shop.id, "products", state ?? ""],
    (page) => listProducts(shop.id, state, page),
    (page) => rowsOf(page.products),
  );
  const take = (next: ReadonlySet<string>) => {
    const all = new Map([...known, ...rows.map((row) => [row.id, row] as const)]);
    setKnown(all);
    choose(new Set([...next].filter((id) => all.get(id)?.offer)));
  };
  const shown = new Map(rows.map((row) => [row.id, row]));
  const offers = [...chosen].flatMap((id) => (shown.get(id) ?? known.get(id))?.offer ?? []);
  const nameOf = (id: string) => {
    const row = shown.get(id) ?? known.get(id);
    return row ? [row.product.title, row.offer && variantOf(row.offer)].filter(Boolean).join(", ") : id;
  };
  const canChange = shop.may("offers.write");
  const kinds: readonly Kind[] = [
    "price",
    ...(shop.may("stock.adjust") ? (["stock"] as const) : []),
    "state",
  ];
  return (
    <ConsolePage
      heading={said.products}
      acts={
        shop.may("products.write") && (
          <Link class="button button-main" href={shop.to.newProduct()}>
            {said.newProduct}
          </Link>
        )
      }
    >
      <Filters
        label={said.productsFilter}
        values={values}
        set={set}
        clear={clear}
        views={[
          { name: said.all, values: {} },
          ...PRODUCT_STATES.map((one) => ({ name: said.productState[one], values: { state: one } })),
        ]}
        fields={[]}
      />
      {done && (
        <BulkResult
          count={done.count}
          refused={done.refused}
          nameOf={nameOf}
          choose={() => choose(new Set(done.refused.map((one) => one.offerId)))}
          close={() => setDone(undefined)}
        />
      )}
      <ListRoom
        list={list}
        count={rows.length}
        narrowed={isNarrowed ? clear : undefined}
        empty={{ heading: said.noProducts, hint: said.noProductsHint }}
      >
        <Table
          caption={said.products}
          rows={rows}
          idOf={(row) => row.id}
          {...(canChange && { selection: { chosen, set: take, name: (row: Row) => nameOf(row.id) } })}
          tone={(row) => (row.product.state === "TAKEN_DOWN" ? "bad" : undefined)}
          columns={[
            {
              key: "title",
              name: said.product,
              head: true,
              cell: ({ product, offer }) => (
                <>
                  <Link href={shop.to.product(product.id)}>{product.title}</Link>
                  {offer && variantOf(offer) && <span class="row-note">{variantOf(offer)}</span>}
                </>
              ),
            },
            { key: "sku", name: said.sku, cell: ({ offer }) => offer?.sku ?? said.noOffer },
            {
              key: "price",
              name: said.price,
              end: true,
              cell: ({ offer }) => (offer ? format.money(offer.price) : said.nothing),
            },
            {
              key: "stock",
              name: said.stock,
              end: true,
              cell: ({ offer }) => (offer ? format.number(offer.available) : said.nothing),
            },
            {
              key: "state",
              name: said.state,
              cell: ({ product, offer }) =>
                offer?.state === "ARCHIVED" ? (
                  <Badge tone="quiet">{said.offerArchived}</Badge>
                ) : (
                  <Badge tone={toneOf(product.state)}>{said.productState[product.state]}</Badge>
                ),
            },
          ]}
        />
      </ListRoom>
      <BulkBar chosen={chosen} shown={rows.map((row) => row.id)} clear={() => choose(NONE)}>
        {kinds.map((kind) => (
          <button key={kind} type="button" class="button button-small" onClick={() => setAsks(kind)}>
            {said.bulk[kind]}
          </button>
        ))}
      </BulkBar>
      {asks && (
        <BulkDialog
          kind={asks}
          offers={offers}
          close={() => setAsks(undefined)}
          done={async (results) => {
            const refused = results.flatMap(({ offerId, problem }) =>
              problem ? [{ offerId, ...problem }] : [],
            );
            setDone({ count: results.length - refused.length, refused });
            await list.refetch();
            setKnown(await renewed(known, results));
          }}
        />
      )}
    </ConsolePage>
  );
}
