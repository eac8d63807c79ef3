import { areaOf } from "./area";
import type { notices } from "./notices_en";

/** The words of what people are told. */
export const useNoticeText = areaOf<typeof notices>({
  en: () => import("./notices_en").then((room) => room.notices),
  ru: () => import("./notices_ru").then((room) => room.notices),
});
