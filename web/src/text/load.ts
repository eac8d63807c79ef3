import { formatsOf } from "./format";
import type { Language, Spoken } from "./messages";

/** The words of one language: the others are never fetched. */
export async function speak(language: Language): Promise<Spoken> {
  const text = language === "ru" ? (await import("./ru")).ru : (await import("./en")).en;
  return { text, format: formatsOf(language), language };
}
