import { type Language, useText } from "./messages";

/** The words of one part of the pages, which come with its first page and not with the first visit. A page that needs them before they have
 * come waits for them, as it waited for its script. */
export function areaOf<T>(load: Record<Language, () => Promise<T>>): () => T {
  const here = new Map<Language, T>();
  return () => {
    const { language } = useText();
    const words = here.get(language);
    if (words === undefined) throw load[language]().then((come) => void here.set(language, come));
    return words;
  };
}
