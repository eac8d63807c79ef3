import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { ActDialog } from "../../ui/act_dialog";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Facts } from "../../ui/facts";
import { Picture } from "../../ui/picture";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { ActButton } from "../act_button";
import { mine } from "../mine";
import { useShop } from "../shop";
import { CloseDialog } from "./close_dialog";
import { type Return, returnOf, toneOf } from "./returns";
import "./return_page.css";

/** One return: what, why, with pictures; and the answer to it. */
export function ReturnPage({ id }: { id: string }) {
  const { said, format } = useWords("fulfilment");
  const shop = useShop();
  const queries = useQueryClient();
  const asked = useQuery(returnOf(id));
  const one = asked.data;
  const renew = () => {
    void queries.invalidateQueries({ queryKey: ["mine", "return", id] });
    void queries.invalidateQueries({ queryKey: ["mine", "seller", shop.id, "returns"] });
  };
  if (!one)
    return (
      <ConsolePage heading={said.returnHeading}>
        {asked.isError ? (
          <Problem problem={asked.error} retry={() => void asked.refetch()} />
        ) : (
          <Skeleton shape="line" count={5} />
        )}
      </ConsolePage>
    );
  return (
    <ConsolePage
      heading={one.number}
      lead={<Badge tone={toneOf(one.state)}>{said.returnState[one.state]}</Badge>}
      acts={shop.may("returns.write") && <Acts one={one} renew={renew} />}
    >
      <section class="panel">
        <h2>{said.what}</h2>
        <ul>
          {one.lines.map((line) => (
            <li key={line.lineId}>{said.unitsOf(line.quantity, `${line.title} (${line.sku})`)}</li>
          ))}
        </ul>
        <Facts
          facts={[
            { name: said.order, value: <Link href={shop.to.order(one.sellerOrderId)}>{said.toOrder}</Link> },
            { name: said.why, value: said.returnReason[one.reason] },
            ...(one.text ? [{ name: said.inWords, value: <span class="prose">{one.text}</span> }] : []),
            ...(one.carrier
              ? [{ name: said.trackingNumber, value: `${one.carrier}: ${one.trackingNumber ?? ""}` }]
              : []),
            ...(one.amount ? [{ name: said.refunded, value: format.money(one.amount) }] : []),
            ...(one.rejectedReason ? [{ name: said.rejectedSince, value: one.rejectedReason }] : []),
          ]}
        />
        {one.pictures.length > 0 && (
          <ul class="return-pictures">
            {one.pictures.map((picture) => (
              <li key={picture.id}>
                <Picture picture={picture} sizes="10rem" />
              </li>
            ))}
          </ul>
        )}
      </section>
      <section class="panel">
        <h2>{said.history}</h2>
        <ol class="return-steps">
          {one.steps.map((step) => (
            <li key={`${step.state} ${step.time}`}>
              {said.returnState[step.state]} <span class="quiet">{format.time(step.time)}</span>
            </li>
          ))}
        </ol>
      </section>
    </ConsolePage>
  );
}

function Acts({ one, renew }: { one: Return; renew: () => void }) {
  const { said } = useWords("fulfilment");
  const [asks, setAsks] = useState<"reject" | "close">();
  const params = { path: { returnId: one.id } };
  const close = () => setAsks(undefined);
  return (
    <>
      {one.state === "REQUESTED" && (
        <>
          <ActButton
            look="button-main"
            act={() => mine(() => api.POST("/v1/returns/{returnId}:approve", { params, body: {} }))}
            done={renew}
          >
            {said.approve}
          </ActButton>
          <button type="button" class="button button-bad" onClick={() => setAsks("reject")}>
            {said.reject}
          </button>
        </>
      )}
      {(one.state === "APPROVED" || one.state === "IN_TRANSIT") && (
        <ActButton
          look="button-main"
          act={() => mine(() => api.POST("/v1/returns/{returnId}:receive", { params, body: {} }))}
          done={renew}
        >
          {said.receive}
        </ActButton>
      )}
      {one.state === "RECEIVED" && (
        <button type="button" class="button button-main" onClick={() => setAsks("close")}>
          {said.refundIt}
        </button>
      )}
      {asks === "reject" && (
        <ActDialog
          heading={said.rejectReturn(one.number)}
          press={said.reject}
          isBad
          reason={{ label: said.reason, hint: said.reasonHint, required: true, most: 200 }}
          act={(reason) =>
            mine(() => api.POST("/v1/returns/{returnId}:reject", { params, body: { reason } }))
          }
          done={renew}
          close={close}
        >
          <p class="quiet">{said.rejectReturnHint}</p>
        </ActDialog>
      )}
      {asks === "close" && <CloseDialog one={one} done={renew} close={close} />}
    </>
  );
}
