import type { ComponentChildren } from "preact";
import "./facts.css";

export type Fact = { name: string; value: ComponentChildren };

/** Names and what they are, in rows. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl class="facts">
      {facts.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
