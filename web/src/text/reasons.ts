/** What refusals mean that only some pages meet: their texts bring it along (rooms.ts). */
export const moreReasons: Record<string, string> = {};
