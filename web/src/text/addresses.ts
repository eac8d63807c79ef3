import type { addresses } from "./addresses_en";
import { areaOf } from "./area";

/** The words of addresses. */
export const useAddressText = areaOf<typeof addresses>({
  en: () => import("./addresses_en").then((room) => room.addresses),
  ru: () => import("./addresses_ru").then((room) => room.addresses),
});
