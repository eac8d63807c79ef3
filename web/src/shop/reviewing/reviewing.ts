import { api, ask, type Schemas } from "../../api/client";
import { asMember } from "../../api/session";

export type Review = Schemas["Review"];
export type ReviewPicture = Schemas["ReviewPicture"];
export type Values = { rating: number; title: string; text: string; authorName: string };

export const MOST_PICTURES = 4;

export const review = (reviewId: string) =>
  asMember(() => ask(api.GET("/v1/reviews/{reviewId}", { params: { path: { reviewId } } })));

export const write = (lineId: string, key: string, body: Schemas["CreateReviewRequest"]) =>
  asMember(() =>
    ask(
      api.POST("/v1/orderLines/{lineId}/review", {
        params: { path: { lineId }, header: { "Idempotency-Key": key } },
        body,
      }),
    ),
  );

export const change = (reviewId: string, etag: string, body: Schemas["ReviewChangePatch"]) =>
  asMember(() =>
    ask(
      api.PATCH("/v1/reviews/{reviewId}", {
        params: { path: { reviewId }, header: { "If-Match": etag } },
        body,
      }),
    ),
  );

export const remove = (reviewId: string) =>
  asMember(() => ask(api.DELETE("/v1/reviews/{reviewId}", { params: { path: { reviewId } } })));

/** A file becomes a picture: it goes as it is, and comes back in the sizes that pages show. */
export const upload = (file: File): Promise<ReviewPicture> =>
  asMember(() =>
    ask(
      api.POST("/v1/users/me/pictures", {
        params: {},
        headers: { "Content-Type": "application/octet-stream" },
        body: file as unknown as string,
        bodySerializer: (body: unknown) => body as BodyInit,
      }),
    ),
  );

export function valuesOf(one: Review): Values {
  return { rating: one.rating, title: one.title, text: one.text, authorName: one.authorName ?? "" };
}
