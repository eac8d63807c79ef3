import { areaOf } from "./area";
import type { security } from "./security_en";

/** The words of passwords, second steps, devices, and of leaving. */
export const useSecurityText = areaOf<typeof security>({
  en: () => import("./security_en").then((room) => room.security),
  ru: () => import("./security_ru").then((room) => room.security),
});
