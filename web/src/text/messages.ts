import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { en } from "./en";
import type { Formats } from "./format";

/** Every text of the pages. English is the one that says which there are: a language that lacks one does not compile. */
export type Messages = typeof en;

export const LANGUAGES = { en: "English", ru: "Русский" } as const;
export type Language = keyof typeof LANGUAGES;

export function isLanguage(value: string | undefined): value is Language {
  return value !== undefined && Object.hasOwn(LANGUAGES, value);
}

export type Spoken = { text: Messages; format: Formats; language: Language };

export const Speech = createContext<Spoken | undefined>(undefined);

/** The words, formats and name of the language of this page. */
export function useText(): Spoken {
  const spoken = useContext(Speech);
  if (!spoken) throw new Error("no language: <Speech.Provider> is missing");
  return spoken;
}
