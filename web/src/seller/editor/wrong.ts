import type { Messages } from "../../text/messages";
import { type Form, faultsOf } from "./model";

/** What a form lacks, by the name of its field; "variants" where any row can't be sent. */
export function wrongIn(form: Form, words: Messages["problem"]["fault"]): Record<string, string> {
  return {
    ...(!form.title.trim() && { title: words.missing }),
    ...(!form.categoryId && { categoryId: words.missing }),
    ...(form.variants.some((one) => faultsOf(one, form.currency).length > 0) && { variants: words.refused }),
  };
}
