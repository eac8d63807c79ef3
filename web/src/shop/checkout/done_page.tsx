import { Link } from "wouter-preact";
import type { Order } from "../../api/orders";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { Icon } from "../../ui/icon";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { useArrival, useTitle } from "../../ui/title";
import { MembersOnly } from "../account/members_only";
import { addressLines } from "../addresses/address_lines";
import { NotFound } from "../frame/not_found";
import { PayAgain } from "../orders/pay_again";
import { isWaiting, useOrder } from "../orders/use_order";
import { pathTo } from "../paths";
import "./done_page.css";
import "./told.css";

/** What has become of an order that was sent: placed, waiting for the bank, declined, or nothing. */
export function DonePage({ id }: { id: string }) {
  return (
    <MembersOnly>
      <Asked id={id} />
    </MembersOnly>
  );
}

function headingOf(order: Order, said: ReturnType<typeof useWords<"checkout">>["said"]): string {
  if (order.state === "FAILED" || order.state === "CANCELLED") return said.failed;
  if (order.state !== "PENDING_PAYMENT") return said.thanks;
  return isWaiting(order) ? said.kept : said.pending;
}

function Asked({ id }: { id: string }) {
  const { said } = useWords("checkout");
  const asked = useOrder(id);
  const heading = asked.data && headingOf(asked.data, said);
  useTitle(heading);
  useArrival(`done ${id} ${heading}`, asked.isSuccess);
  if (asked.isPending) return <Skeleton shape="text" count={4} />;
  if (asked.isError) {
    if (asked.error instanceof Refusal && asked.error.status === 404) return <NotFound />;
    return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  }
  return <Shown order={asked.data} heading={heading ?? ""} />;
}

function Shown({ order, heading }: { order: Order; heading: string }) {
  const { said, text, format } = useWords("checkout");
  const isPlaced = !["PENDING_PAYMENT", "FAILED", "CANCELLED"].includes(order.state);
  const hasFailed = order.state === "FAILED" || order.state === "CANCELLED";
  return (
    <article class="done" data-state={order.state}>
      {isPlaced && (
        <p class="done-mark">
          <Icon name="check" />
        </p>
      )}
      <div role="status">
        <h1 tabIndex={-1}>{heading}</h1>
        <p>
          {isPlaced && said.thanksHint(order.number)}
          {order.state === "PENDING_PAYMENT" && !isWaiting(order) && said.pendingHint}
          {hasFailed && (said.failedWhy[order.failureReason ?? ""] ?? said.failedOther)}
        </p>
      </div>
      <dl class="done-facts">
        <div>
          <dt>{said.number}</dt>
          <dd>
            <strong>{order.number}</strong>
          </dd>
        </div>
        <div>
          <dt>{said.sum}</dt>
          <dd>{format.money(order.total)}</dd>
        </div>
        <div>
          <dt>{said.to}</dt>
          <dd>{addressLines(order.shippingAddress, format).join(", ")}</dd>
        </div>
      </dl>
      {isWaiting(order) && <PayAgain order={order} />}
      <p class="told-ways">
        {hasFailed ? (
          <Link class="button button-main" href={pathTo.cart()}>
            {said.back}
          </Link>
        ) : (
          <Link class={isPlaced ? "button button-main" : "button"} href={pathTo.order(order.id)}>
            {said.track}
          </Link>
        )}
        <Link class="button" href={pathTo.home()}>
          {isPlaced ? said.goOn : text.problem.toHome}
        </Link>
      </p>
    </article>
  );
}
