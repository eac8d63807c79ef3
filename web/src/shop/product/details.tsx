import type { Product } from "../../api/catalogue";
import { useText } from "../../text/messages";
import { Facts } from "../../ui/facts";

/** What the shop says about it in a list, and what the law wants known of whoever made it. */
export function Details({ product }: { product: Product }) {
  const { text } = useText();
  const safety = product.productSafety;
  const facts = Object.entries(product.attributes).map(([name, value]) => ({ name, value }));
  const safe = safety
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
      {facts.length > 0 && (
        <section>
          <h2>{text.product.details}</h2>
          <Facts facts={facts} />
        </section>
      )}
      {safe.length > 0 && (
        <section>
          <h2>{text.product.safety}</h2>
          <Facts facts={safe} />
        </section>
      )}
    </>
  );
}

function joined(...parts: string[]): string {
  return parts.filter(Boolean).join("\n");
}
