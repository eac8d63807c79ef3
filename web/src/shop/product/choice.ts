import type { Offer } from "../../api/catalogue";
import { ordered } from "../value_order";

/** The names of the options that tell the offers apart, each with its values, in the order in which they first come, but sizes. */
export function optionsOf(offers: readonly Offer[]): { name: string; values: readonly string[] }[] {
  const found = new Map<string, string[]>();
  for (const offer of offers) {
    for (const [name, value] of Object.entries(offer.options)) {
      const values = found.get(name) ?? [];
      if (!values.includes(value)) values.push(value);
      found.set(name, values);
    }
  }
  return [...found].map(([name, values]) => ({ name, values: ordered(values) }));
}

function agreement(offer: Offer, options: Readonly<Record<string, string>>): number {
  return Object.entries(options).filter(([name, value]) => offer.options[name] === value).length;
}

function better(one: Offer, other: Offer, options: Readonly<Record<string, string>>): number {
  return (
    agreement(other, options) - agreement(one, options) ||
    Number(other.available > 0) - Number(one.available > 0) ||
    one.price.amount - other.price.amount
  );
}

/** The offer that a page begins with: the cheapest that can be bought. */
export function firstOf(offers: readonly Offer[]): Offer | undefined {
  return [...offers].sort((one, other) => better(one, other, {}))[0];
}

/** Whoever takes a value gets it: of the offers that have it, the one that keeps most of what was chosen before. So there is no dead end. */
export function choose(offers: readonly Offer[], chosen: Offer, name: string, value: string): Offer {
  const wanted = { ...chosen.options, [name]: value };
  const having = offers.filter((offer) => offer.options[name] === value);
  return having.sort((one, other) => better(one, other, wanted))[0] ?? chosen;
}

/** The other offers of the very thing that is chosen, of other shops: the cheapest first. */
export function rivalsOf(offers: readonly Offer[], chosen: Offer): Offer[] {
  const same = (offer: Offer) => JSON.stringify(Object.entries(offer.options).sort()) === options;
  const options = JSON.stringify(Object.entries(chosen.options).sort());
  return offers
    .filter((offer) => offer.sellerId !== chosen.sellerId && offer.available > 0 && same(offer))
    .sort((one, other) => one.price.amount - other.price.amount);
}
