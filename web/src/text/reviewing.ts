import { areaOf } from "./area";
import type { reviewing } from "./reviewing_en";

/** The words of what people write about products. */
export const useReviewingText = areaOf<typeof reviewing>({
  en: () => import("./reviewing_en").then((room) => room.reviewing),
  ru: () => import("./reviewing_ru").then((room) => room.reviewing),
});
