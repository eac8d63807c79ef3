import { api, ask, type Schemas } from "../../api/client";
import { asMember } from "../../api/session";
import type { Category } from "./tree";

export const categories = (language: string) =>
  ask(api.GET("/v1/categories", { params: { query: { language } } })).then((answer) => answer.categories);

const TRIED = ["en", "ru", "de", "fr", "es"] as const;

/** One with its names in all languages, and as its name the one in the language of the marketplace: that has no translation. */
export async function categoryWhole(categoryId: string): Promise<Category> {
  const in_ = (language: string) =>
    ask(api.GET("/v1/categories/{categoryId}", { params: { path: { categoryId }, query: { language } } }));
  const found = await in_(TRIED[0]);
  const translated = new Set(found.translations.map((one) => one.language));
  if (!translated.has(found.textLanguage)) return found;
  return in_(TRIED.find((one) => !translated.has(one)) ?? TRIED[0]);
}

export const makeCategory = (body: Schemas["CreateCategoryRequest"]) =>
  asMember(() => ask(api.POST("/v1/categories", { body })));

export const changeCategory = ({ id, etag }: Category, body: Schemas["CategoryChangePatch"]) =>
  asMember(() =>
    ask(
      api.PATCH("/v1/categories/{categoryId}", {
        params: { path: { categoryId: id }, header: { "If-Match": etag } },
        body,
      }),
    ),
  );

export const dropCategory = ({ id, etag }: Category) =>
  asMember(() =>
    ask(
      api.DELETE("/v1/categories/{categoryId}", {
        params: { path: { categoryId: id }, header: { "If-Match": etag } },
      }),
    ),
  );
