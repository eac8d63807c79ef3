import { useState } from "preact/hooks";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { ActButton } from "../act_button";
import { mine } from "../mine";
import { useShop } from "../shop";
import { leftOf, type SellerOrder } from "./orders";
import { ParcelForm } from "./parcel_form";
import { TrackingDialog } from "./tracking_dialog";

type Parcel = SellerOrder["parcels"][number];

/** What is on its way, and what is to be sent next. */
export function Parcels({ order, renew }: { order: SellerOrder; renew: () => Promise<unknown> }) {
  const { said } = useWords("fulfilment");
  const shop = useShop();
  const canSend =
    (order.state === "ACCEPTED" || order.state === "PARTIALLY_SHIPPED") &&
    order.shippable &&
    shop.may("orders.fulfil") &&
    order.lines.some((line) => leftOf(line) > 0);
  if (order.parcels.length === 0 && !canSend) return null;
  return (
    <section class="panel">
      <h2>{said.parcels}</h2>
      {order.parcels.map((parcel) => (
        <OneParcel key={parcel.id} parcel={parcel} order={order} renew={renew} />
      ))}
      {/* After a parcel the next one begins with what is left then. */}
      {canSend && <ParcelForm key={order.etag} order={order} renew={renew} />}
    </section>
  );
}

function OneParcel({
  parcel,
  order,
  renew,
}: {
  parcel: Parcel;
  order: SellerOrder;
  renew: () => Promise<unknown>;
}) {
  const { said, format } = useWords("fulfilment");
  const shop = useShop();
  const [changing, setChanging] = useState(false);
  const titleOf = (lineId: string) => order.lines.find((line) => line.id === lineId)?.title ?? "";
  const came = parcel.deliverTime;
  return (
    <article class="parcel">
      <h3>{said.parcel(parcel.number)}</h3>
      <p>
        {parcel.carrier}
        {": "}
        {parcel.trackingUrl ? (
          <a href={parcel.trackingUrl} target="_blank" rel="noopener noreferrer">
            {parcel.trackingNumber}
          </a>
        ) : (
          parcel.trackingNumber
        )}
      </p>
      <p class="quiet">
        {parcel.lines.map((line) => said.unitsOf(line.quantity, titleOf(line.lineId))).join(", ")}
      </p>
      <p class="quiet">
        {came ? said.cameAt(format.time(came)) : said.sentAt(format.time(parcel.createTime))}
      </p>
      {!came && shop.may("orders.fulfil") && (
        <div class="acts">
          <ActButton
            look="button-small"
            act={() =>
              mine(() =>
                api.POST("/v1/parcels/{parcelId}:deliver", {
                  params: { path: { parcelId: parcel.id } },
                  body: {},
                }),
              )
            }
            done={() => void renew()}
          >
            {said.hasCome}
          </ActButton>
          <button type="button" class="button button-small" onClick={() => setChanging(true)}>
            {said.changeTracking}
          </button>
        </div>
      )}
      {changing && (
        <TrackingDialog parcel={parcel} done={() => void renew()} close={() => setChanging(false)} />
      )}
    </article>
  );
}
