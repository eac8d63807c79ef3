import { queryOptions } from "@tanstack/preact-query";
import { api, ask, type Schemas } from "../../api/client";
import { asMember, WITH_SESSION } from "../../api/session";
import type { Tone } from "../../ui/badge";
import { PAGE } from "../listed";

export type Product = Schemas["Product"];
export type ProductState = Schemas["ProductState"];
export type Report = Schemas["ContentReport"];
export type Review = Schemas["Review"];
export type Conversation = Schemas["Conversation"];

export const STATES: readonly ProductState[] = [
  "PROPOSED",
  "PUBLISHED",
  "CHANGES_REQUESTED",
  "TAKEN_DOWN",
  "ARCHIVED",
  "DRAFT",
];

export const TONES: Readonly<Record<ProductState, Tone>> = {
  PROPOSED: "wait",
  PUBLISHED: "good",
  CHANGES_REQUESTED: "wait",
  TAKEN_DOWN: "bad",
  ARCHIVED: "quiet",
  DRAFT: "quiet",
};

const paged = (pageToken: string, pageSize = PAGE) => ({ pageSize, ...(pageToken && { pageToken }) });
const ofProduct = (productId: string) => ({ params: { path: { productId } } });
const ofReview = (reviewId: string) => ({ params: { path: { reviewId } } });

export const products = (asked: { state?: string; shop?: string }, pageToken = "", pageSize = PAGE) => {
  const state = STATES.find((one) => one === asked.state);
  const narrowed = { ...(state && { state }), ...(asked.shop && { sellerId: asked.shop }) };
  return asMember(() =>
    ask(api.GET("/v1/admin/products", { params: { query: { ...paged(pageToken, pageSize), ...narrowed } } })),
  ).then((answer) => ({ rows: answer.products, nextPageToken: answer.nextPageToken }));
};

export const productQuery = (productId: string) =>
  queryOptions({
    queryKey: ["mine", "op", "product", productId],
    queryFn: () =>
      asMember(() => ask(api.GET("/v1/products/{productId}", { ...ofProduct(productId), ...WITH_SESSION }))),
  });

export const approve = (id: string) =>
  asMember(() => ask(api.POST("/v1/products/{productId}:approve", { ...ofProduct(id), body: {} })));
export const requestChanges = (id: string, reason: string) =>
  asMember(() =>
    ask(api.POST("/v1/products/{productId}:requestChanges", { ...ofProduct(id), body: { reason } })),
  );
export const takeDown = (id: string, reason: string) =>
  asMember(() => ask(api.POST("/v1/products/{productId}:takeDown", { ...ofProduct(id), body: { reason } })));
export const detach = (offerId: string, reason: string) =>
  asMember(() =>
    ask(api.POST("/v1/offers/{offerId}:detach", { params: { path: { offerId } }, body: { reason } })),
  );

export const reports = (state: "OPEN" | "RESOLVED" | undefined, pageToken = "", pageSize = PAGE) =>
  asMember(() =>
    ask(
      api.GET("/v1/admin/reports", {
        params: { query: { ...paged(pageToken, pageSize), ...(state && { state }) } },
      }),
    ),
  ).then((answer) => ({ rows: answer.reports, nextPageToken: answer.nextPageToken }));

export const resolve = (reportId: string, body: Schemas["ResolveReportRequest"]) =>
  asMember(() =>
    ask(api.POST("/v1/admin/reports/{reportId}:resolve", { params: { path: { reportId } }, body })),
  );

export const reviewQuery = (reviewId: string) =>
  queryOptions({
    queryKey: ["mine", "op", "review", reviewId],
    queryFn: () =>
      asMember(() => ask(api.GET("/v1/reviews/{reviewId}", { ...ofReview(reviewId), ...WITH_SESSION }))),
  });

/** All of a product's, those that are hidden too. */
export const reviewsOf = (productId: string, pageToken: string) =>
  asMember(() =>
    ask(
      api.GET("/v1/products/{productId}/reviews", {
        params: { path: { productId }, query: paged(pageToken, 20) },
        ...WITH_SESSION,
      }),
    ),
  ).then((answer) => ({ rows: answer.reviews, nextPageToken: answer.nextPageToken }));

export const hide = (id: string, reason: string) =>
  asMember(() => ask(api.POST("/v1/reviews/{reviewId}:hide", { ...ofReview(id), body: { reason } })));
export const unhide = (id: string, reason: string) =>
  asMember(() =>
    ask(api.POST("/v1/reviews/{reviewId}:unhide", { ...ofReview(id), body: { ...(reason && { reason }) } })),
  );

export const reported = (pageToken = "", pageSize = PAGE) =>
  asMember(() =>
    ask(
      api.GET("/v1/conversations", { params: { query: { ...paged(pageToken, pageSize), reported: true } } }),
    ),
  ).then((answer) => ({ rows: answer.conversations, nextPageToken: answer.nextPageToken }));

const ofConversation = (conversationId: string) => ({ params: { path: { conversationId } } });
export const conversationQuery = (id: string) =>
  queryOptions({
    queryKey: ["mine", "op", "conversation", id],
    queryFn: () => asMember(() => ask(api.GET("/v1/conversations/{conversationId}", ofConversation(id)))),
  });

export const messages = (conversationId: string, pageToken: string) =>
  asMember(() =>
    ask(
      api.GET("/v1/conversations/{conversationId}/messages", {
        params: { path: { conversationId }, query: paged(pageToken) },
      }),
    ),
  ).then((answer) => ({ rows: answer.messages, nextPageToken: answer.nextPageToken }));

export const searchRules = (pageToken: string) =>
  asMember(() => ask(api.GET("/v1/admin/searchRules", { params: { query: paged(pageToken) } }))).then(
    (answer) => ({
      rows: answer.searchRules,
      nextPageToken: answer.nextPageToken,
    }),
  );
export const makeRule = (body: Schemas["CreateSearchRuleRequest"]) =>
  asMember(() => ask(api.POST("/v1/admin/searchRules", { body })));
export const dropRule = (searchRuleId: string) =>
  asMember(() =>
    ask(api.DELETE("/v1/admin/searchRules/{searchRuleId}", { params: { path: { searchRuleId } } })),
  );
