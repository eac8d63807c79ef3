const MOST = 40;
// So that "ж" is not lost: what names in Cyrillic become in links.
const LATIN: Readonly<Record<string, string>> = {
  ж: "zh",
  х: "kh",
  ц: "ts",
  ч: "ch",
  ш: "sh",
  щ: "shch",
  ъ: "",
  ь: "",
  ю: "yu",
  я: "ya",
  ß: "ss",
};
const PLAIN = ["абвгдезийклмнопрстуфыэё", "abvgdeziyklmnoprstufyee"] as const;

/** "moy-magazin" of "Мой магазин": what a shop may be called in links. */
export function suggestSlug(name: string): string {
  const latin = [...name.toLowerCase()].map((one) => {
    const at = PLAIN[0].indexOf(one);
    return LATIN[one] ?? (at >= 0 ? PLAIN[1][at] : one);
  });
  return latin
    .join("")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, MOST)
    .replace(/^-+|-+$/g, "");
}
