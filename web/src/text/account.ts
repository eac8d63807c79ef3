import type { account } from "./account_en";
import { areaOf } from "./area";

/** The words of what an account has: its rooms, its profile. */
export const useAccountText = areaOf<typeof account>({
  en: () => import("./account_en").then((room) => room.account),
  ru: () => import("./account_ru").then((room) => room.account),
});
