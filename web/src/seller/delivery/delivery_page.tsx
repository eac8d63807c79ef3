import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { api, type Schemas } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Confirm } from "../../ui/confirm";
import { ConsolePage } from "../../ui/console_page";
import { ListRoom } from "../../ui/list_room";
import { Table } from "../../ui/table";
import { mine } from "../mine";
import { useShop } from "../shop";
import { DeliveryDialog } from "./delivery_dialog";

export type Method = Schemas["DeliveryMethod"];

/** How the shop sends, where to, and what that costs. */
export function DeliveryPage() {
  const { said, format } = useWords("shopkeeping");
  const shop = useShop();
  const [open, setOpen] = useState<Method | "new">();
  const [removing, setRemoving] = useState<Method>();
  const path = { sellerId: shop.id };
  const asked = useQuery({
    queryKey: ["mine", "seller", shop.id, "delivery"],
    queryFn: () => mine(() => api.GET("/v1/sellers/{sellerId}/deliveryMethods", { params: { path } })),
  });
  const methods = asked.data?.deliveryMethods ?? [];
  const renew = () => void asked.refetch();
  const cost = (one: Method) =>
    one.prices
      .map(({ currency, bands, freeFrom }) => {
        const first = format.money({ amount: bands[0]?.amount ?? 0, currency });
        const from = bands.length > 1 ? said.fromPrice(first) : first;
        return freeFrom === undefined
          ? from
          : said.freeFrom(from, format.money({ amount: freeFrom, currency }));
      })
      .join("; ");
  return (
    <ConsolePage
      heading={said.delivery}
      lead={said.deliveryLead}
      acts={
        <button type="button" class="button button-main" onClick={() => setOpen("new")}>
          {said.newMethod}
        </button>
      }
    >
      <ListRoom
        list={asked}
        count={methods.length}
        empty={{ heading: said.noMethods, hint: said.noMethodsHint }}
      >
        <Table
          caption={said.delivery}
          rows={methods}
          idOf={(one) => one.id}
          columns={[
            { key: "name", name: said.name, head: true, cell: (one) => one.name },
            {
              key: "where",
              name: said.where,
              cell: (one) =>
                one.pickupPlace ??
                (one.countries.length === 0 ? said.everywhere : one.countries.map(format.country).join(", ")),
            },
            { key: "days", name: said.days, cell: (one) => said.daysOf(one.daysFrom, one.daysTo) },
            { key: "cost", name: said.cost, cell: cost },
            {
              key: "acts",
              name: "",
              end: true,
              cell: (one) => (
                <span class="acts">
                  <button
                    type="button"
                    class="button button-small"
                    aria-label={said.editOf(one.name)}
                    onClick={() => setOpen(one)}
                  >
                    {said.edit}
                  </button>
                  <button
                    type="button"
                    class="button button-small"
                    aria-label={said.removeOf(one.name)}
                    onClick={() => setRemoving(one)}
                  >
                    {said.remove}
                  </button>
                </span>
              ),
            },
          ]}
        />
      </ListRoom>
      {open && (
        <DeliveryDialog
          method={open === "new" ? undefined : open}
          done={renew}
          close={() => setOpen(undefined)}
        />
      )}
      {removing && (
        <Confirm
          heading={said.removeOf(removing.name)}
          hint={said.removeMethodHint}
          press={said.remove}
          keep={said.keep}
          act={() => {
            const params = {
              path: { sellerId: shop.id, deliveryMethodId: removing.id },
              header: { "If-Match": removing.etag },
            };
            return mine(() =>
              api.DELETE("/v1/sellers/{sellerId}/deliveryMethods/{deliveryMethodId}", { params }),
            ).finally(renew);
          }}
          close={() => setRemoving(undefined)}
        />
      )}
    </ConsolePage>
  );
}
