import { minorUnits } from "./format";

/** Minor units of an amount as people write it: "19.99" or "19,99" of EUR is 1999. Undefined where it is none, has more digits than the currency
 * or is below 0. */
export function readAmount(written: string, currency: string): number | undefined {
  const found = /^(\d{1,12})(?:[.,](\d{1,4}))?$/.exec(written.replace(/[\s\u00a0]/g, ""));
  if (!found) return undefined;
  const [, whole = "", part = ""] = found;
  const digits = String(minorUnits(currency)).length - 1;
  if (part.length > digits) return undefined;
  return Number(whole + part.padEnd(digits, "0"));
}

/** The same the other way, with a point: what a field of a form begins with. */
export function writeAmount(amount: number, currency: string): string {
  const digits = String(minorUnits(currency)).length - 1;
  const text = String(Math.abs(amount)).padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  return `${amount < 0 ? "-" : ""}${whole}${digits ? `.${text.slice(-digits)}` : ""}`;
}

/** A whole number as it is written; undefined where it is none or beyond `most`. */
export function readWhole(written: string, most = 1e9): number | undefined {
  const text = written.replace(/[\s\u00a0]/g, "");
  return /^\d{1,13}$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}
