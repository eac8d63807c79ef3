type Forms = { one: string; few?: string; many?: string; other: string };

/** "1 product", "2 товара": the form that the language has for this number, with the number in it for `#`. */
export function pluralIn(language: string) {
  const rules = new Intl.PluralRules(language);
  const digits = new Intl.NumberFormat(language);
  return (count: number, forms: Forms): string => {
    const rule = rules.select(count);
    const form =
      (rule === "one" || rule === "few" || rule === "many" ? forms[rule] : undefined) ?? forms.other;
    return form.replace("#", digits.format(count));
  };
}
