import { queryOptions } from "@tanstack/preact-query";
import { api, ask, type Schemas } from "../../api/client";
import { asMember } from "../../api/session";
import type { Country } from "./countries";

export type Address = Schemas["Address"];
export type Values = {
  countryCode: string;
  recipient: string;
  lines: string[];
  postalCode: string;
  city: string;
  region: string;
  phone: string;
  isDefault: boolean;
};

export const addresses = queryOptions({
  queryKey: ["mine", "addresses"],
  queryFn: () => asMember(() => ask(api.GET("/v1/users/me/addresses"))).then((answer) => answer.addresses),
});

export function valuesOf(one: Address): Values {
  const { countryCode, recipient, lines, isDefault } = one;
  const { postalCode = "", city = "", region = "", phone = "" } = one;
  return { countryCode, recipient, lines, postalCode, city, region, phone, isDefault };
}

/** What is missing where the country wants it: names of fields. */
export function missingIn(country: Country | undefined, values: Values): string[] {
  if (!country) return ["countryCode"];
  const wanted = [
    values.recipient === "" && "recipient",
    values.lines.length === 0 && "lines",
    country.postalCode && values.postalCode === "" && "postalCode",
    country.city && values.city === "" && "city",
    country.region && values.region === "" && "region",
  ];
  return wanted.filter((one) => one !== false);
}

const ifMatch = (etag: string) => ({ header: { "If-Match": etag } });

export const create = (body: Values, key: string) =>
  asMember(() =>
    ask(api.POST("/v1/users/me/addresses", { params: { header: { "Idempotency-Key": key } }, body })),
  );

export const read = (addressId: string) =>
  asMember(() => ask(api.GET("/v1/users/me/addresses/{addressId}", { params: { path: { addressId } } })));

export const update = (addressId: string, etag: string, body: Partial<Values>) =>
  asMember(() =>
    ask(
      api.PATCH("/v1/users/me/addresses/{addressId}", {
        params: { path: { addressId }, ...ifMatch(etag) },
        body,
      }),
    ),
  );

export const remove = (addressId: string) =>
  asMember(() => ask(api.DELETE("/v1/users/me/addresses/{addressId}", { params: { path: { addressId } } })));
