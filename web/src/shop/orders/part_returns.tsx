import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import type { Part } from "../../api/orders";
import { useWords } from "../../text/rooms";
import { memberPathTo } from "../members/paths";
import { ReturnMark } from "../returns/return_mark";
import { returnable, returnsOf } from "../returns/returns";
import "./papers.css";

/** What of a shop's part goes back, and the way to send back more of it. Where that is not known it is not said: the page is there without. */
export function PartReturns({ part }: { part: Part }) {
  const { said } = useWords("orders");
  const isSent = part.lines.some((line) => line.shippedQuantity > 0);
  const asked = useQuery({ ...returnsOf(part.orderId), enabled: isSent });
  const ours = asked.data?.filter((one) => one.sellerOrderId === part.id) ?? [];
  const isMore = asked.data !== undefined && returnable(part, asked.data).length > 0;
  return (
    <>
      {ours.length > 0 && (
        <section class="part-returns">
          <h3>{said.returns}</h3>
          <ul>
            {ours.map((one) => (
              <li key={one.id}>
                <Link href={memberPathTo.return(one.id)}>{said.returnNumber(one.number)}</Link>
                <ReturnMark state={one.state} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {isMore && (
        <p>
          <Link class="button" href={memberPathTo.newReturn(part.orderId, part.id)}>
            {said.sendBack}
          </Link>
        </p>
      )}
    </>
  );
}
