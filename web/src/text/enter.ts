import { areaOf } from "./area";
import type { enter } from "./enter_en";

/** The words of the ways in: signing in, links of mails, a session that has ended. */
export const useEnterText = areaOf<typeof enter>({
  en: () => import("./enter_en").then((room) => room.enter),
  ru: () => import("./enter_ru").then((room) => room.enter),
});
