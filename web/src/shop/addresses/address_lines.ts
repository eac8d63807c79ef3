import type { Schemas } from "../../api/client";
import type { Formats } from "../../text/format";

type Lines = Pick<
  Schemas["Address"],
  "recipient" | "lines" | "city" | "region" | "postalCode" | "countryCode"
>;

/** An address as it stands on a label, as far as one layout fits all countries. */
export function addressLines(address: Lines, format: Pick<Formats, "country">): string[] {
  return [
    address.recipient,
    ...address.lines,
    [address.postalCode, address.city].filter(Boolean).join(" "),
    address.region ?? "",
    format.country(address.countryCode),
  ].filter(Boolean);
}
