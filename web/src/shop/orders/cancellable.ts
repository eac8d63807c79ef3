import type { CancelBody, Order, OrderLine, Part } from "../../api/orders";

const OPEN = ["PENDING_PAYMENT", "PLACED", "ACCEPTED", "PARTIALLY_SHIPPED"];

/** How many units of a line can still be cancelled: those that were neither sent nor cancelled. */
export function unitsLeft(part: Pick<Part, "state">, line: OrderLine): number {
  if (!OPEN.includes(part.state)) return 0;
  return Math.max(0, line.quantity - line.cancelledQuantity - line.shippedQuantity);
}

export type Cancellable = { part: Part; line: OrderLine; lineId: string; left: number };

export function cancellable(order: Order): Cancellable[] {
  return order.sellerOrders.flatMap((part) =>
    part.lines.flatMap((line) => {
      const left = unitsLeft(part, line);
      return line.id && left > 0 ? [{ part, line, lineId: line.id, left }] : [];
    }),
  );
}

/** What is asked: all of the order, or so many units of each line. undefined where nothing was chosen. */
export function cancelBody(
  some: readonly Cancellable[],
  units: ReadonlyMap<string, number>,
  isWhole: boolean,
  reason: string,
): CancelBody | undefined {
  const why = reason.trim() ? { reason: reason.trim() } : {};
  const lines = some.flatMap(({ lineId }) => {
    const quantity = units.get(lineId) ?? 0;
    return quantity > 0 ? [{ lineId, quantity }] : [];
  });
  if (lines.length === 0) return undefined;
  const isAll = some.every(({ lineId, left }) => units.get(lineId) === left);
  return isAll && isWhole ? why : { lines, ...why };
}

/** Whether nothing of the order has been sent or cancelled: then all of it is one word. */
export function isWhole(order: Order): boolean {
  return order.sellerOrders.every((part) =>
    part.lines.every((line) => unitsLeft(part, line) === line.quantity),
  );
}
