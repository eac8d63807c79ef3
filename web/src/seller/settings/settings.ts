import type { Schemas } from "../../api/client";
import type { Messages } from "../../text/messages";
import type { Seller } from "../shop";

export const FIELDS = [
  "displayName",
  "description",
  "contactEmail",
  "contactPhone",
  "shippingPolicy",
  "returnPolicy",
  "holidayUntil",
  "holidayNote",
] as const;
export const TRADER = [
  "legalName",
  "registerNumber",
  "vatNumber",
  "lines",
  "city",
  "region",
  "postalCode",
  "countryCode",
] as const;

/** What is written in the fields. */
export type Settings = Readonly<Record<(typeof FIELDS)[number] | (typeof TRADER)[number], string>>;

/** A time as a field for day and time has it, in the zone of the browser. */
export function localOf(time: string | undefined): string {
  if (!time) return "";
  const at = new Date(time);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function settingsOf(seller: Seller): Settings {
  const { trader, holiday } = seller;
  return {
    displayName: seller.displayName,
    description: seller.description ?? "",
    contactEmail: seller.contactEmail ?? "",
    contactPhone: seller.contactPhone ?? "",
    shippingPolicy: seller.shippingPolicy ?? "",
    returnPolicy: seller.returnPolicy ?? "",
    holidayUntil: localOf(holiday?.until),
    holidayNote: holiday?.note ?? "",
    legalName: trader?.legalName ?? "",
    registerNumber: trader?.registerNumber ?? "",
    vatNumber: trader?.vatNumber ?? "",
    lines: trader?.lines.join(", ") ?? "",
    city: trader?.city ?? "",
    region: trader?.region ?? "",
    postalCode: trader?.postalCode ?? "",
    countryCode: trader?.countryCode ?? "",
  };
}

type Faults = Messages["problem"]["fault"];

export function wrongIn(is: Settings, words: Faults): Partial<Record<keyof Settings, string>> {
  const hasTrader = TRADER.some((name) => is[name].trim() !== "");
  return {
    ...(is.displayName.trim().length < 2 && { displayName: words.missing }),
    ...(hasTrader && !is.legalName.trim() && { legalName: words.missing }),
    ...(hasTrader && !/^[A-Z]{2}$/.test(is.countryCode.trim()) && { countryCode: words.refused }),
    ...(is.holidayNote.trim() && !is.holidayUntil && { holidayUntil: words.missing }),
  };
}

/** Only what is another than it was: trader and holiday are changed as wholes, and taken away by a name without a value. */
export function changeOf(was: Settings, is: Settings): { updateMask: string; body: Schemas["SellerPatch"] } {
  const isOther = (names: readonly (keyof Settings)[]) => names.some((name) => was[name] !== is[name]);
  const plain = FIELDS.filter((name) => !name.startsWith("holiday") && was[name] !== is[name]);
  const body: Record<string, unknown> = Object.fromEntries(
    plain.filter((name) => is[name].trim() !== "").map((name) => [name, is[name].trim()]),
  );
  const mask: string[] = [...plain];
  if (isOther(["holidayUntil", "holidayNote"])) {
    mask.push("holiday");
    if (is.holidayUntil)
      body.holiday = {
        until: new Date(is.holidayUntil).toISOString(),
        ...(is.holidayNote.trim() && { note: is.holidayNote.trim() }),
      };
  }
  if (isOther(TRADER)) {
    mask.push("trader");
    const said = TRADER.filter((name) => name !== "lines" && is[name].trim() !== "");
    if (said.length > 0)
      body.trader = {
        ...Object.fromEntries(said.map((name) => [name, is[name].trim()])),
        lines: is.lines
          .split(",")
          .map((one) => one.trim())
          .filter(Boolean),
      };
  }
  return { updateMask: mask.join(","), body };
}
