import type { words as english } from "./seller_en";
export const words: typeof english = {};
