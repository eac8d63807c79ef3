type Named = { name: string; group?: string; words?: string };

const plain = (text: string) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** Those whose name, group or words have each word that was written, those whose name begins with them first. Nothing written: all. */
export function fitting<T extends Named>(commands: readonly T[], written: string): T[] {
  const words = plain(written).split(/\s+/).filter(Boolean);
  const rank = (one: T) => (words[0] && plain(one.name).startsWith(words[0]) ? 0 : 1);
  return commands
    .filter((one) => {
      const text = plain(`${one.name} ${one.group ?? ""} ${one.words ?? ""}`);
      return words.every((word) => text.includes(word));
    })
    .map((one, index) => ({ one, index }))
    .sort((a, b) => rank(a.one) - rank(b.one) || a.index - b.index)
    .map(({ one }) => one);
}
