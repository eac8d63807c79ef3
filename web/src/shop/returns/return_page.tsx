import { useQuery } from "@tanstack/preact-query";
import { lazy, Suspense } from "preact/compat";
import { Link } from "wouter-preact";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { Facts } from "../../ui/facts";
import { Picture } from "../../ui/picture";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { useArrival, useTitle } from "../../ui/title";
import { MembersOnly } from "../account/members_only";
import { NotFound } from "../frame/not_found";
import { useOrderNews } from "../orders/use_order";
import { pathTo } from "../paths";
import { ReturnMark } from "./return_mark";
import { type Return, returnOf } from "./returns";
import "../orders/history.css";
import "./returns.css";

const ShipForm = lazy(() => import("./ship_form").then((room) => room.ShipForm));

/** One return: where it is, what comes next, and what was asked for. */
export function ReturnPage({ id }: { id: string }) {
  return (
    <MembersOnly>
      <Asked id={id} />
    </MembersOnly>
  );
}

function Asked({ id }: { id: string }) {
  const { said } = useWords("orders");
  const asked = useQuery(returnOf(id));
  useTitle(asked.data && said.returnNumber(asked.data.number));
  useArrival(`return ${id}`, asked.isSuccess);
  useOrderNews(asked.data?.orderId);
  if (asked.isPending) return <Skeleton shape="text" count={4} />;
  if (asked.error instanceof Refusal && asked.error.status === 404) return <NotFound />;
  // What is shown stays, and what is written there, when it can't be asked for once more.
  if (asked.isLoadingError)
    return <Problem level={1} problem={asked.error} retry={() => void asked.refetch()} />;
  return <Shown one={asked.data} />;
}

function Shown({ one }: { one: Return }) {
  const { said, format } = useWords("returning");
  const { said: words } = useWords("orders");
  return (
    <article class="return">
      <header>
        <h1 tabIndex={-1}>{words.returnNumber(one.number)}</h1>
        <span role="status">
          <ReturnMark state={one.state} />
        </span>
        <p class="quiet">{said.asked(format.date(one.createTime))}</p>
      </header>
      <p>{said.next[one.state]}</p>
      {one.state === "APPROVED" && (
        <Suspense fallback={<Skeleton shape="text" />}>
          <ShipForm one={one} />
        </Suspense>
      )}
      {one.state === "REJECTED" && (
        <p>
          <Link class="button" href={pathTo.newMessage({ sellerOrderId: one.sellerOrderId })}>
            {said.toShop}
          </Link>
        </p>
      )}
      <section>
        <h2>{said.what}</h2>
        <ul>
          {one.lines.map((line) => (
            <li key={line.lineId}>{said.units(line.quantity, line.title)}</li>
          ))}
        </ul>
        <Facts
          facts={[
            ...(one.amount ? [{ name: said.amount, value: format.money(one.amount) }] : []),
            ...(one.rejectedReason ? [{ name: said.rejectedSince, value: one.rejectedReason }] : []),
            ...(one.carrier
              ? [{ name: said.sentWith, value: [one.carrier, one.trackingNumber].filter(Boolean).join(": ") }]
              : []),
            { name: said.why, value: said.reason[one.reason] },
            ...(one.text ? [{ name: said.inWords, value: one.text }] : []),
            { name: said.order, value: <Link href={pathTo.order(one.orderId)}>{said.toOrder}</Link> },
          ]}
        />
      </section>
      {one.pictures.length > 0 && (
        <section>
          <h2>{said.pictures}</h2>
          <ul class="return-pictures">
            {one.pictures.map((picture) => (
              <li key={picture.id}>
                <Picture picture={picture} sizes="10rem" />
              </li>
            ))}
          </ul>
        </section>
      )}
      <Steps one={one} />
    </article>
  );
}

/** How it came to where it is, the newest first. */
function Steps({ one }: { one: Return }) {
  const { said, format } = useWords("orders");
  return (
    <section class="history">
      <h2>{said.history}</h2>
      <ol>
        {[...one.steps].reverse().map((step) => (
          <li key={`${step.state} ${step.time}`}>
            <time dateTime={step.time}>{format.time(step.time)}</time>
            <span>
              {said.returnState[step.state]} <small>{said.actor[step.actor] ?? step.actor}</small>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
