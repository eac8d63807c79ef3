import { areaOf } from "./area";
import type { selling } from "./selling_en";

/** The words of opening a shop. */
export const useSellingText = areaOf<typeof selling>({
  en: () => import("./selling_en").then((room) => room.selling),
  ru: () => import("./selling_ru").then((room) => room.selling),
});
