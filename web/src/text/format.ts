import type { Money } from "../api/catalogue";

/** How a language writes money, time and numbers. `money` takes minor units: 1999 EUR is 19.99 €. */
export function formatsOf(language: string) {
  const locale = language === "en" ? "en-GB" : language;
  const currencies = new Map<string, Intl.NumberFormat>();
  const inCurrency = (currency: string) => {
    const known = currencies.get(currency);
    if (known) return known;
    const made = new Intl.NumberFormat(locale, {
      style: "currency",
      currency,
      currencyDisplay: "narrowSymbol",
    });
    currencies.set(currency, made);
    return made;
  };
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: "long" });
  const times = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const countries = new Intl.DisplayNames([locale], { type: "region" });
  const numbers = new Intl.NumberFormat(locale);
  const stars = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return {
    money: ({ amount, currency }: Money) => inCurrency(currency).format(amount / minorUnits(currency)),
    /** The sign of a currency, for fields in which amounts of it are written. */
    sign: (currency: string) =>
      inCurrency(currency)
        .formatToParts(0)
        .find((part) => part.type === "currency")?.value ?? currency,
    date: (time: string) => dates.format(new Date(time)),
    /** To the minute. */
    time: (time: string) => times.format(new Date(time)),
    country: (code: string) => countries.of(code) ?? code,
    number: (value: number) => numbers.format(value),
    stars: (hundredths: number) => stars.format(hundredths / 100),
  };
}

/** How many minor units one of a currency has: 100 cents, 1 yen. */
export function minorUnits(currency: string): number {
  const digits =
    new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  return 10 ** digits;
}

export type Formats = ReturnType<typeof formatsOf>;
