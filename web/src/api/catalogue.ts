import { api, ask, type Schemas } from "./client";

export type Product = Schemas["Product"];
export type Offer = Schemas["Offer"];
export type Category = Schemas["Category"];
export type Facets = Schemas["SearchFacets"];
export type Money = Schemas["Money"];
export type Picture = Schemas["ProductPicture"];
export type Review = Schemas["Review"];
export type Rating = Schemas["Rating"];
export type Suggestion = Schemas["Suggestion"];
export type Seller = Schemas["Seller"];
export type Terms = Schemas["Terms"];
export type TermsKind = Schemas["TermsKind"];
export type Found = Schemas["SearchProductsResult"];

export type Wanted = {
  query?: string;
  categoryId?: string;
  sellerId?: string;
  minPrice?: number;
  maxPrice?: number;
  inStock?: boolean;
  minRating?: number;
  attributes?: string[];
  orderBy?: string;
  pageSize?: number;
  pageToken?: string;
  facets?: boolean;
};

export const categories = (language: string) =>
  ask(api.GET("/v1/categories", { params: { query: { language } } })).then((answer) => answer.categories);

export const search = (language: string, wanted: Wanted, signal?: AbortSignal) =>
  ask(api.GET("/v1/products", { params: { query: { language, ...wanted } }, ...(signal && { signal }) }));

export const suggestions = (language: string, query: string, signal: AbortSignal) =>
  ask(api.GET("/v1/products:suggest", { params: { query: { language, query } }, signal })).then(
    (answer) => answer.suggestions,
  );

export const product = (language: string, productId: string) =>
  ask(api.GET("/v1/products/{productId}", { params: { path: { productId }, query: { language } } }));

export const reviewsOf = (productId: string, pageToken: string) =>
  ask(
    api.GET("/v1/products/{productId}/reviews", {
      params: { path: { productId }, query: { pageSize: 10, ...(pageToken && { pageToken }) } },
    }),
  );

export const seller = (sellerId: string) =>
  ask(api.GET("/v1/sellers/{sellerId}", { params: { path: { sellerId } } }));

export const terms = (language: string) =>
  ask(api.GET("/v1/terms", { params: { query: { language } } })).then((answer) => answer.terms);
