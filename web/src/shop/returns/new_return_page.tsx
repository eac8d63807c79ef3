import { useQuery } from "@tanstack/preact-query";
import { lazy, Suspense } from "preact/compat";
import { Link, useSearch } from "wouter-preact";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { Empty } from "../../ui/empty";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { useArrival, useTitle } from "../../ui/title";
import { MembersOnly } from "../account/members_only";
import { NotFound } from "../frame/not_found";
import { idIn } from "../members/paths";
import { orderOf } from "../orders/use_order";
import { pathTo } from "../paths";
import { returnable, returnsOf } from "./returns";
import "./returns.css";

const ReturnForm = lazy(() => import("./return_form").then((room) => room.ReturnForm));

/** Asks to send back some of what a shop has sent: ?order=…&part=… */
export function NewReturnPage() {
  const { said } = useWords("orders");
  useTitle(said.sendBack);
  useArrival("new return", true);
  return (
    <MembersOnly>
      <Asked />
    </MembersOnly>
  );
}

function Asked() {
  const { said } = useWords("returning");
  const { said: words } = useWords("orders");
  const query = useSearch();
  const orderId = idIn(query, "order");
  const partId = idIn(query, "part");
  const isNamed = orderId !== "" && partId !== "";
  const order = useQuery({ ...orderOf(orderId), enabled: isNamed });
  const returns = useQuery({ ...returnsOf(orderId), enabled: isNamed });
  const failed = order.error ?? returns.error;
  if (!isNamed || (failed instanceof Refusal && failed.status === 404)) return <NotFound />;
  if (failed && !(order.data && returns.data)) {
    const retry = () => {
      void order.refetch();
      void returns.refetch();
    };
    return (
      <div class="writing">
        <h1 tabIndex={-1}>{words.sendBack}</h1>
        <Problem problem={failed} retry={retry} />
      </div>
    );
  }
  if (!order.data || !returns.data) return <Skeleton shape="text" count={5} />;
  const part = order.data.sellerOrders.find((one) => one.id === partId);
  if (!part) return <NotFound />;
  const some = returnable(part, returns.data);
  if (some.length === 0)
    return (
      <Empty level={1} heading={said.nothingLeft} hint={said.nothingLeftHint}>
        <Link class="button button-main" href={pathTo.order(orderId)}>
          {said.toOrder}
        </Link>
      </Empty>
    );
  return (
    <div class="writing">
      <h1 tabIndex={-1}>{words.sendBack}</h1>
      {part.sellerName && <p class="quiet">{said.newLead(part.sellerName)}</p>}
      <Suspense fallback={<Skeleton shape="text" count={4} />}>
        <ReturnForm part={part} some={some} />
      </Suspense>
    </div>
  );
}
