import { areaOf } from "./area";
import type { wishes } from "./wishes_en";

/** The words of the wish list. */
export const useWishText = areaOf<typeof wishes>({
  en: () => import("./wishes_en").then((room) => room.wishes),
  ru: () => import("./wishes_ru").then((room) => room.wishes),
});
