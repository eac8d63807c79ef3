import { lazy, Suspense } from "preact/compat";
import { useState } from "preact/hooks";
import type { Order } from "../../api/orders";
import { Refusal } from "../../api/refusal";
import { learned, useWords } from "../../text/rooms";
import { Facts } from "../../ui/facts";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { useArrival, useTitle } from "../../ui/title";
import { MembersOnly } from "../account/members_only";
import { addressLines } from "../addresses/address_lines";
import { NotFound } from "../frame/not_found";
import { canGoElsewhere } from "./address_change";
import { CancelDialog } from "./cancel_dialog";
import { cancellable, isWhole } from "./cancellable";
import { History } from "./history";
import { OrderPart } from "./order_part";
import { PayAgain } from "./pay_again";
import { StateMark } from "./state_mark";
import { isWaiting, useOrder } from "./use_order";
import "./order_page.css";

const AddressDialog = lazy(() =>
  learned(import("./address_form"), "addresses").then((room) => room.AddressDialog),
);

export function OrderPage({ id }: { id: string }) {
  return (
    <MembersOnly>
      <Asked id={id} />
    </MembersOnly>
  );
}

function Asked({ id }: { id: string }) {
  const { said } = useWords("orders");
  const asked = useOrder(id);
  useTitle(asked.data && said.number(asked.data.number));
  useArrival(`order ${id}`, asked.isSuccess);
  if (asked.isPending) return <Skeleton shape="text" count={4} />;
  if (asked.error instanceof Refusal && asked.error.status === 404) return <NotFound />;
  // What is shown stays, and what is written there, when it can't be asked for once more.
  if (asked.isLoadingError)
    return <Problem level={1} problem={asked.error} retry={() => void asked.refetch()} />;
  return <Shown order={asked.data} />;
}

function Shown({ order }: { order: Order }) {
  const { said, format } = useWords("orders");
  const [cancels, setCancels] = useState(false);
  const [moves, setMoves] = useState(false);
  const refunded = order.total.amount - order.net.amount;
  const money = (amount: number) => format.money({ ...order.total, amount });
  return (
    <article class="order">
      <header>
        <h1 tabIndex={-1}>{said.number(order.number)}</h1>
        <span role="status">
          <StateMark state={order.state} />
        </span>
        <p class="quiet">{said.placed(format.date(order.createTime))}</p>
      </header>
      {isWaiting(order) && <PayAgain order={order} />}
      {order.sellerOrders.map((part, index) => (
        <OrderPart key={part.id} part={part} at={index + 1} of={order.sellerOrders.length} />
      ))}
      <dl class="order-sums">
        {order.coupons.map((one) => (
          <div key={one.code}>
            <dt>{said.coupon(one.code)}</dt>
            <dd>{format.money({ ...one.amount, amount: -one.amount.amount })}</dd>
          </div>
        ))}
        <div class="order-total">
          <dt>{said.total}</dt>
          <dd>{format.money(order.total)}</dd>
        </div>
        {refunded > 0 && (
          <>
            <div>
              <dt>{said.refunded}</dt>
              <dd>{money(-refunded)}</dd>
            </div>
            <div class="order-total">
              <dt>{said.net}</dt>
              <dd>{format.money(order.net)}</dd>
            </div>
          </>
        )}
      </dl>
      <Facts
        facts={[
          { name: said.payment, value: said.paid[order.payment.state] ?? order.payment.state },
          { name: said.address, value: addressLines(order.shippingAddress, format).join("\n") },
        ]}
      />
      {order.acceptedTerms && <p class="quiet">{said.accepted(order.acceptedTerms)}</p>}
      <div class="acts">
        {canGoElsewhere(order) && (
          <button type="button" class="button" onClick={() => setMoves(true)}>
            {said.changeAddress}
          </button>
        )}
        {cancellable(order).length > 0 && (
          <button type="button" class="button" onClick={() => setCancels(true)}>
            {isWhole(order) ? said.cancel : said.cancelSome}
          </button>
        )}
      </div>
      {moves && (
        <Suspense fallback={null}>
          <AddressDialog order={order} close={() => setMoves(false)} />
        </Suspense>
      )}
      {cancels && <CancelDialog order={order} close={() => setCancels(false)} />}
      <History order={order} />
    </article>
  );
}
