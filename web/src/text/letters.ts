import { areaOf } from "./area";
import type { letters } from "./letters_en";

/** The words of what buyers and shops write to each other. */
export const useLetterText = areaOf<typeof letters>({
  en: () => import("./letters_en").then((room) => room.letters),
  ru: () => import("./letters_ru").then((room) => room.letters),
});
