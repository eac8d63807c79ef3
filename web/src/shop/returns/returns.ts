import { queryOptions } from "@tanstack/preact-query";
import { api, ask, type Schemas } from "../../api/client";
import type { OrderLine, Part } from "../../api/orders";
import { asMember } from "../../api/session";

export type Return = Schemas["Return"];
export type ReturnState = Return["state"];
export type ReturnReason = Return["reason"];

// What is told of an order asks for all that begins with this.
export const RETURNS = ["mine", "returns"] as const;

export const STATES: readonly ReturnState[] = [
  "REQUESTED",
  "APPROVED",
  "IN_TRANSIT",
  "RECEIVED",
  "CLOSED",
  "REJECTED",
];
export const REASONS: readonly ReturnReason[] = [
  "WITHDRAWAL",
  "DAMAGED",
  "NOT_AS_DESCRIBED",
  "WRONG_ITEM",
  "OTHER",
];

/** The state that a URL asks for; what is none is none. */
export function readState(query: string): ReturnState | undefined {
  const said = new URLSearchParams(query).get("state");
  return STATES.find((one) => one === said);
}

/** How a state is to be taken: something to do, under way, done, or over without money. */
export function moodOf(state: ReturnState): "wait" | "go" | "good" | "over" {
  if (state === "APPROVED") return "wait";
  if (state === "CLOSED") return "good";
  return state === "REJECTED" ? "over" : "go";
}

export const myReturns = (state: ReturnState | undefined, pageToken: string) =>
  asMember(() =>
    ask(
      api.GET("/v1/returns", {
        params: { query: { pageSize: 20, ...(state && { state }), ...(pageToken && { pageToken }) } },
      }),
    ),
  );

export const returnsOf = (orderId: string) =>
  queryOptions({
    queryKey: [...RETURNS, "of", orderId],
    queryFn: () =>
      asMember(() => ask(api.GET("/v1/returns", { params: { query: { orderId, pageSize: 100 } } }))).then(
        (answer) => answer.returns,
      ),
    staleTime: 0,
  });

export const returnOf = (returnId: string) =>
  queryOptions({
    queryKey: [...RETURNS, "one", returnId],
    queryFn: () => asMember(() => ask(api.GET("/v1/returns/{returnId}", { params: { path: { returnId } } }))),
    staleTime: 0,
  });

export const requestReturn = (orderId: string, key: string, body: Schemas["RequestReturnRequest"]) =>
  asMember(() =>
    ask(
      api.POST("/v1/orders/{orderId}/returns", {
        params: { path: { orderId }, header: { "Idempotency-Key": key } },
        body,
      }),
    ),
  );

export const shipReturn = (returnId: string, key: string, body: Schemas["ShipReturnRequest"]) =>
  asMember(() =>
    ask(
      api.POST("/v1/returns/{returnId}:ship", {
        params: { path: { returnId }, header: { "Idempotency-Key": key } },
        body,
      }),
    ),
  );

export type Returnable = { line: OrderLine; lineId: string; left: number };

/** What of a shop's part can be asked to go back: what was sent, and is in no return that still stands. */
export function returnable(
  part: Pick<Part, "id" | "lines">,
  returns: readonly Pick<Return, "sellerOrderId" | "state" | "lines">[],
): Returnable[] {
  const gone = new Map<string, number>();
  for (const one of returns) {
    if (one.sellerOrderId !== part.id || one.state === "REJECTED") continue;
    for (const { lineId, quantity } of one.lines) gone.set(lineId, (gone.get(lineId) ?? 0) + quantity);
  }
  return part.lines.flatMap((line) => {
    if (!line.id) return [];
    const left = line.shippedQuantity - Math.max(gone.get(line.id) ?? 0, line.returnedQuantity);
    return left > 0 ? [{ line, lineId: line.id, left }] : [];
  });
}

/** What is written into the form, kept until it is sent. */
export type Wish = {
  units: Readonly<Record<string, number>>;
  reason: ReturnReason | "";
  text: string;
  pictures: readonly Return["pictures"][number][];
};

/** One thing of which there is one goes back without being chosen. */
export function emptyWish(some: readonly Returnable[]): Wish {
  const [only] = some;
  const units = only && some.length === 1 ? { [only.lineId]: 1 } : {};
  return { units, reason: "", text: "", pictures: [] };
}

/** What is asked for; undefined where nothing was chosen. Never more than there is by now. */
export function bodyOf(
  sellerOrderId: string,
  some: readonly Returnable[],
  wish: Wish & { reason: ReturnReason },
): Schemas["RequestReturnRequest"] | undefined {
  const lines = some.flatMap(({ lineId, left }) => {
    const quantity = Math.min(wish.units[lineId] ?? 0, left);
    return quantity > 0 ? [{ lineId, quantity }] : [];
  });
  if (lines.length === 0) return undefined;
  const text = wish.text.trim();
  const pictureIds = wish.pictures.map((one) => one.id);
  return {
    sellerOrderId,
    lines,
    reason: wish.reason,
    ...(text && { text }),
    ...(pictureIds.length > 0 && { pictureIds }),
  };
}
