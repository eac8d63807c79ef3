import "./badge.css";

export type Tone = "good" | "wait" | "bad" | "quiet";

/** The state of something, in a word: its colour only says the same once more. */
export function Badge({ tone, children }: { tone: Tone; children: string }) {
  return <span class={`badge badge-${tone}`}>{children}</span>;
}
