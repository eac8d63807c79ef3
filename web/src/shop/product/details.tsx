import type { Product } from "../../api/catalogue";
import { useText } from "../../text/messages";
import "./details.css";

type Fact = { name: string; value: string };

/** What the shop says about it in a list, and what the law wants known of whoever made it. */
export function Details({ product }: { product: Product }) {
  const { text } = useText();
  const safety = product.productSafety;
  const facts = Object.entries(product.attributes).map(([name, value]) => ({ name, value }));
  const safe: Fact[] = safety
    ? [
        { name: text.product.manufacturer, value: joined(safety.manufacturer, safety.manufacturerContact) },
        {
          name: text.product.responsible,
          value: joined(safety.responsiblePerson, safety.responsibleContact),
        },
        { name: text.product.warnings, value: safety.warnings },
      ].filter((one) => one.value !== "")
    : [];
  return (
    <>
      {facts.length > 0 && <Facts heading={text.product.details} facts={facts} />}
      {safe.length > 0 && <Facts heading={text.product.safety} facts={safe} />}
    </>
  );
}

function joined(...parts: string[]): string {
  return parts.filter(Boolean).join("\n");
}

function Facts({ heading, facts }: { heading: string; facts: readonly Fact[] }) {
  return (
    <section>
      <h2>{heading}</h2>
      <dl class="facts">
        {facts.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
