import type { Money } from "../api/catalogue";
import type { Formats } from "./format";

/** What more or less there is: "+€5.00", "-€5.00". */
export const signed = (format: Formats, money: Money): string =>
  `${money.amount > 0 ? "+" : ""}${format.money(money)}`;
