import { api } from "../../api/client";
import { Refusal } from "../../api/refusal";
import { mine } from "../mine";
import { ownOffer } from "../own";
import type { Offer, Product } from "../products/products";
import {
  changeOf,
  draftOf,
  type Form,
  formOf,
  type Picture,
  productOf,
  type Variant,
  variantOf,
} from "./model";

/** Sends the words of those pictures that have others than they were saved with. */
export async function saveWordsOf(pictures: readonly Picture[], were: readonly Picture[]): Promise<void> {
  const wordsOf = new Map(were.map((one) => [one.id, one.altText]));
  for (const { id, altText } of pictures) {
    if ((wordsOf.get(id) ?? "") === altText) continue;
    const params = { path: { pictureId: id } };
    await mine(() => api.PATCH("/v1/pictures/{pictureId}", { params, body: { altText } }));
  }
}

/** What could not be saved of the variants: by the key of its row. `theirs`: the offer as somebody else has saved it meanwhile. */
export type Unsaved = { key: string; problem: unknown; theirs?: Offer };

const isConflict = (problem: unknown) => problem instanceof Refusal && problem.reason === "ETAG_MISMATCH";

/** Whether the product itself is another than it was saved. */
export function isProductChanged(was: Form, is: Form): boolean {
  return JSON.stringify(productOf(was)) !== JSON.stringify(productOf(is));
}

/** The product, if it is still the version `at`. */
export async function saveProduct(product: Product, form: Form, at: string): Promise<void> {
  const was = formOf(product);
  if (!isProductChanged(was, form)) return;
  const params = { path: { productId: product.id }, header: { "If-Match": at } };
  await mine(() => api.PATCH("/v1/products/{productId}", { params, body: productOf(form) }));
}

/** Each variant by itself, only if it is still the version that was edited: what one is refused keeps no other back. */
export async function saveVariants(
  product: Product,
  sellerId: string,
  form: Form,
  etagOf: (key: string) => string | undefined,
): Promise<Unsaved[]> {
  const were = new Map(product.offers.map((one) => [one.id, variantOf(one)]));
  const unsaved: Unsaved[] = [];
  const attempt = async (key: string, save: () => Promise<unknown>) => {
    try {
      await save();
    } catch (problem) {
      const theirs = isConflict(problem) ? await ownOffer(key) : undefined;
      unsaved.push({ key, problem, ...(theirs && { theirs }) });
    }
  };
  for (const variant of form.variants) {
    const was = were.get(variant.key);
    if (was) await attempt(variant.key, () => saveVariant(variant, was, form.currency, etagOf(variant.key)));
    else
      await attempt(variant.key, () =>
        mine(() =>
          api.POST("/v1/products/{productId}/offers", {
            params: {
              path: { productId: product.id },
              query: { sellerId },
              header: { "Idempotency-Key": variant.key },
            },
            body: draftOf(variant, form.currency),
          }),
        ),
      );
  }
  const there = new Set(form.variants.map((one) => one.key));
  for (const offer of product.offers.filter((one) => one.state === "ACTIVE" && !there.has(one.id)))
    await attempt(offer.id, () =>
      mine(() =>
        api.POST("/v1/offers/{offerId}:archive", { params: { path: { offerId: offer.id } }, body: {} }),
      ),
    );
  return unsaved;
}

async function saveVariant(is: Variant, was: Variant, currency: string, at: string | undefined) {
  const change = changeOf(was, is, currency);
  if (!change) return;
  const params = {
    path: { offerId: is.key },
    query: { updateMask: change.updateMask },
    header: { ...(at && { "If-Match": at }) },
  };
  await mine(() => api.PATCH("/v1/offers/{offerId}", { params, body: change.body }));
}
