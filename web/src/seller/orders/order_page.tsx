import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { ActDialog } from "../../ui/act_dialog";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { useKeys } from "../../ui/key";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { ActButton } from "../act_button";
import { mine } from "../mine";
import { useShop } from "../shop";
import { Address } from "./address";
import { CancelDialog } from "./cancel_dialog";
import { Lines } from "./lines";
import { leftOf, orderOf, type SellerOrder, toneOf } from "./orders";
import { Papers } from "./papers";
import { Parcels } from "./parcels";
import "./order_page.css";

const REASON = 200;

/** The shop's part of an order, and what can be done with it now. */
export function OrderPage({ id }: { id: string }) {
  const { said, format } = useWords("fulfilment");
  const shop = useShop();
  const queries = useQueryClient();
  const asked = useQuery(orderOf(id));
  const order = asked.data;
  const renew = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ["mine", "order", id] }),
      queries.invalidateQueries({ queryKey: ["mine", "seller", shop.id, "orders"] }),
    ]);
  if (!order)
    return (
      <ConsolePage heading={said.order}>
        {asked.isError ? (
          <Problem problem={asked.error} retry={() => void asked.refetch()} />
        ) : (
          <Skeleton shape="line" count={6} />
        )}
      </ConsolePage>
    );
  return (
    <ConsolePage
      heading={order.number}
      lead={
        <>
          <Badge tone={toneOf(order.state)}>{said.state[order.state]}</Badge>{" "}
          {said.placedAt(format.time(order.createTime))}
        </>
      }
      acts={<Acts order={order} renew={renew} />}
    >
      <div class="order">
        <div>
          <Lines order={order} />
          <Parcels order={order} renew={renew} />
        </div>
        <aside>
          <Address order={order} />
          <Papers order={order} />
        </aside>
      </div>
    </ConsolePage>
  );
}

function Acts({ order, renew }: { order: SellerOrder; renew: () => Promise<unknown> }) {
  const { said } = useWords("fulfilment");
  const shop = useShop();
  const keys = useKeys();
  const [asks, setAsks] = useState<"reject" | "cancel">();
  const path = { sellerOrderId: order.id };
  const close = () => setAsks(undefined);
  const done = () => void renew();
  const isOpen = order.state === "ACCEPTED" || order.state === "PARTIALLY_SHIPPED";
  const reject = async (reason: string) => {
    const params = { path, header: { "Idempotency-Key": keys.of({ reject: reason }) } };
    await mine(() => api.POST("/v1/sellerOrders/{sellerOrderId}:reject", { params, body: { reason } }));
    keys.answered();
  };
  return (
    <>
      {order.state === "PLACED" && shop.may("orders.fulfil") && (
        <>
          <ActButton
            look="button-main"
            act={() =>
              mine(() => api.POST("/v1/sellerOrders/{sellerOrderId}:accept", { params: { path }, body: {} }))
            }
            done={done}
          >
            {said.accept}
          </ActButton>
          <button type="button" class="button button-bad" onClick={() => setAsks("reject")}>
            {said.reject}
          </button>
        </>
      )}
      {isOpen && order.lines.some((line) => leftOf(line) > 0) && shop.may("orders.fulfil") && (
        <button type="button" class="button button-bad" onClick={() => setAsks("cancel")}>
          {said.cancelUnits}
        </button>
      )}
      <Link class="button" href={shop.to.slip(order.id)}>
        {said.slip}
      </Link>
      {asks === "reject" && (
        <ActDialog
          heading={said.rejectHeading(order.number)}
          press={said.reject}
          isBad
          reason={{ label: said.reason, hint: said.reasonHint, required: true, most: REASON }}
          act={reject}
          done={done}
          close={close}
        >
          <p class="quiet">{said.rejectHint}</p>
        </ActDialog>
      )}
      {asks === "cancel" && <CancelDialog order={order} done={done} close={close} />}
    </>
  );
}
