import { api, ask, type Schemas } from "../../api/client";
import { asMember } from "../../api/session";
import { PAGE } from "../listed";

export type Coupon = Schemas["Coupon"];
export type CouponDraft = Schemas["CouponDraft"];
export type TaxRate = Schemas["TaxRate"];
export type Terms = Schemas["Terms"];
export type TermsKind = Schemas["TermsKind"];

type Asked = Readonly<Record<string, string>>;

export const coupons = ({ state, code, shop }: Asked, pageToken: string) => {
  const query = {
    pageSize: PAGE,
    ...((state === "ACTIVE" || state === "ENDED") && { state: state as Schemas["CouponState"] }),
    ...(code && { code }),
    ...(shop && { sellerId: shop }),
    ...(pageToken && { pageToken }),
  };
  return asMember(() => ask(api.GET("/v1/coupons", { params: { query } }))).then((answer) => ({
    rows: answer.coupons,
    nextPageToken: answer.nextPageToken,
  }));
};

export const makeCoupon = (body: CouponDraft) => asMember(() => ask(api.POST("/v1/coupons", { body })));

/** Its limits, as long as nobody has changed it meanwhile (412). */
export const changeCoupon = ({ id, etag }: Coupon, body: Schemas["CouponChangePatch"], updateMask: string) =>
  asMember(() =>
    ask(
      api.PATCH("/v1/coupons/{couponId}", {
        params: { path: { couponId: id }, query: { updateMask }, header: { "If-Match": etag } },
        body,
      }),
    ),
  );

export const endCoupon = (couponId: string) =>
  asMember(() => ask(api.DELETE("/v1/coupons/{couponId}", { params: { path: { couponId } } })));

export const taxRates = ({ country }: Asked, pageToken: string) => {
  const countryCode = (country ?? "").toUpperCase();
  const query = { pageSize: PAGE, ...(countryCode && { countryCode }), ...(pageToken && { pageToken }) };
  return asMember(() => ask(api.GET("/v1/taxRates", { params: { query } }))).then((answer) => ({
    rows: answer.taxRates,
    nextPageToken: answer.nextPageToken,
  }));
};

export const makeTaxRate = (body: Schemas["TaxRateInput"]) =>
  asMember(() => ask(api.POST("/v1/taxRates", { body })));
export const endTaxRate = (taxRateId: string, validUntil: string, reason: string) =>
  asMember(() =>
    ask(
      api.POST("/v1/taxRates/{taxRateId}:end", {
        params: { path: { taxRateId } },
        body: { validUntil, ...(reason && { reason }) },
      }),
    ),
  );

export const TAX_CLASSES = ["standard", "reduced", "second_reduced", "super_reduced", "parking"] as const;

export const terms = (language: string) =>
  ask(api.GET("/v1/terms", { params: { query: { language } } })).then((answer) => answer.terms);
export const publishTerms = (language: string, body: Schemas["PublishTermsRequest"]) =>
  asMember(() => ask(api.PUT("/v1/admin/terms/{language}", { params: { path: { language } }, body })));

/** "19.5" per cent in parts per million; undefined for what is no share of a whole. */
export function ppmOf(percent: string): number | undefined {
  const found = /^(\d{1,3})(?:[.,](\d{1,4}))?$/.exec(percent.trim());
  if (!found) return undefined;
  const ppm = Number(found[1]) * 10_000 + Number((found[2] ?? "").padEnd(4, "0") || "0");
  return ppm <= 1_000_000 ? ppm : undefined;
}

/** 195000 parts per million as "19.5 %", as the language writes it. */
export function percent(ppm: number, language: string): string {
  return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 4 }).format(
    ppm / 1_000_000,
  );
}
