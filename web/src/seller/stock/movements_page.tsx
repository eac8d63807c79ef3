import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { api, type Schemas } from "../../api/client";
import { useWords } from "../../text/rooms";
import { ConsolePage } from "../../ui/console_page";
import { ListRoom } from "../../ui/list_room";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { Table } from "../../ui/table";
import { mine, usePages } from "../mine";
import { ownOffer } from "../own";
import { variantOf } from "../products/products";
import { useShop } from "../shop";
import { AdjustDialog } from "./adjust_dialog";

type Movement = Schemas["StockMovement"];

/** What has moved the stock of an offer, the newest first. */
export function MovementsPage({ id }: { id: string }) {
  const { said, format } = useWords("assortment");
  const shop = useShop();
  const queries = useQueryClient();
  const [adjusting, setAdjusting] = useState(false);
  const asked = useQuery({
    queryKey: ["mine", "offer", id],
    queryFn: () =>
      shop.may("offers.write")
        ? ownOffer(id)
        : mine(() => api.GET("/v1/offers/{offerId}", { params: { path: { offerId: id } } })),
  });
  const { list, rows } = usePages(
    ["offer", id, "movements"],
    (page) =>
      api.GET("/v1/offers/{offerId}/stockMovements", {
        params: { path: { offerId: id }, query: { pageSize: 50, ...page } },
      }),
    (page) => page.movements,
  );
  const offer = asked.data;
  const signed = (count: number) => (count > 0 ? `+${format.number(count)}` : format.number(count));
  if (!offer)
    return (
      <ConsolePage heading={said.stock}>
        {asked.isError ? (
          <Problem problem={asked.error} retry={() => void asked.refetch()} />
        ) : (
          <Skeleton shape="line" count={5} />
        )}
      </ConsolePage>
    );
  const stockOf = ({ onHand, available }: typeof offer) =>
    onHand === undefined
      ? said.canBeBought(format.number(available))
      : said.thereAre(format.number(onHand), format.number(onHand - available));
  const name = [offer.sku, variantOf(offer)].filter(Boolean).join(", ");
  return (
    <ConsolePage
      heading={said.stockOf(name)}
      lead={stockOf(offer)}
      acts={
        <>
          <button type="button" class="button button-main" onClick={() => setAdjusting(true)}>
            {said.adjust}
          </button>
          <Link class="button" href={shop.to.product(offer.productId)}>
            {said.toProduct}
          </Link>
        </>
      }
    >
      <ListRoom list={list} count={rows.length}>
        <Table
          caption={said.movements}
          rows={rows}
          idOf={(one: Movement) =>
            `${one.createTime} ${one.kind} ${one.orderId ?? ""} ${one.onHand} ${one.reserved}`
          }
          columns={[
            { key: "kind", name: said.moved, head: true, cell: (one) => said.movement[one.kind] },
            { key: "time", name: said.time, cell: (one) => format.time(one.createTime) },
            { key: "why", name: said.why, cell: (one) => one.reason ?? said.nothing },
            { key: "hand", name: said.onHand, end: true, cell: (one) => signed(one.onHand) },
            { key: "held", name: said.held, end: true, cell: (one) => signed(one.reserved) },
          ]}
        />
      </ListRoom>
      {adjusting && (
        <AdjustDialog
          offer={offer}
          name={offer.sku}
          done={() => void queries.invalidateQueries({ queryKey: ["mine", "offer", id] })}
          close={() => setAdjusting(false)}
        />
      )}
    </ConsolePage>
  );
}
