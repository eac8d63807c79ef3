import { useState } from "preact/hooks";
import { api, type Schemas } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { Confirm } from "../../ui/confirm";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { ListRoom } from "../../ui/list_room";
import { Table } from "../../ui/table";
import { useFilters } from "../../ui/use_filters";
import { mine, usePages } from "../mine";
import { useShop } from "../shop";
import { CouponDialog } from "./coupon_dialog";

type Coupon = Schemas["Coupon"];

/** What the shop takes off for who has a code. */
export function CouponsPage() {
  const { said, format } = useWords("shopkeeping");
  const shop = useShop();
  const { values, set, clear, isNarrowed } = useFilters(["state", "code"]);
  const [isNew, setNew] = useState(false);
  const [ending, setEnding] = useState<Coupon>();
  const state = values.state === "ACTIVE" || values.state === "ENDED" ? values.state : undefined;
  const { list, rows } = usePages(
    ["seller", shop.id, "coupons", state ?? "", values.code],
    (page) =>
      api.GET("/v1/sellers/{sellerId}/coupons", {
        params: {
          path: { sellerId: shop.id },
          query: {
            ...(state && { state }),
            ...(values.code && { code: values.code }),
            pageSize: 50,
            ...page,
          },
        },
      }),
    (page) => page.coupons,
  );
  const worth = (one: Coupon) => {
    if (one.kind === "FREE_DELIVERY") return said.freeDelivery;
    return one.amount ? format.money(one.amount) : said.perCent((one.percentagePpm ?? 0) / 10_000);
  };
  return (
    <ConsolePage
      heading={said.coupons}
      acts={
        <button type="button" class="button button-main" onClick={() => setNew(true)}>
          {said.newCoupon}
        </button>
      }
    >
      <Filters
        label={said.couponsFilter}
        values={values}
        set={set}
        clear={clear}
        views={[
          { name: said.all, values: {} },
          { name: said.couponState.ACTIVE, values: { state: "ACTIVE" } },
          { name: said.couponState.ENDED, values: { state: "ENDED" } },
        ]}
        fields={[{ name: "code", label: said.code, kind: "words" }]}
      />
      <ListRoom
        list={list}
        count={rows.length}
        narrowed={isNarrowed ? clear : undefined}
        empty={{ heading: said.noCoupons }}
      >
        <Table
          caption={said.coupons}
          rows={rows}
          idOf={(one) => one.id}
          columns={[
            { key: "code", name: said.code, head: true, cell: (one) => one.code },
            { key: "worth", name: said.worth, cell: worth },
            {
              key: "until",
              name: said.validUntil,
              cell: (one) => (one.validUntil ? format.time(one.validUntil) : said.always),
            },
            {
              key: "used",
              name: said.used,
              end: true,
              cell: (one) =>
                one.totalLimit ? said.usedOf(one.redeemed, one.totalLimit) : format.number(one.redeemed),
            },
            {
              key: "state",
              name: said.state,
              cell: (one) => (
                <Badge tone={one.state === "ACTIVE" ? "good" : "quiet"}>{said.couponState[one.state]}</Badge>
              ),
            },
            {
              key: "acts",
              name: "",
              end: true,
              cell: (one) =>
                one.state === "ACTIVE" && (
                  <button
                    type="button"
                    class="button button-small"
                    aria-label={said.endOf(one.code)}
                    onClick={() => setEnding(one)}
                  >
                    {said.end}
                  </button>
                ),
            },
          ]}
        />
      </ListRoom>
      {isNew && (
        <CouponDialog
          currency={rows.find((one) => one.amount)?.amount?.currency ?? "EUR"}
          done={() => void list.refetch()}
          close={() => setNew(false)}
        />
      )}
      {ending && (
        <Confirm
          heading={said.endOf(ending.code)}
          hint={said.endHint}
          press={said.end}
          keep={said.keep}
          act={() =>
            mine(() =>
              api.DELETE("/v1/coupons/{couponId}", {
                params: { path: { couponId: ending.id }, header: { "If-Match": ending.etag } },
              }),
            ).finally(() => void list.refetch())
          }
          close={() => setEnding(undefined)}
        />
      )}
    </ConsolePage>
  );
}
