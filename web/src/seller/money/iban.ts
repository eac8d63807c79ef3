/** The number of a bank account as people write it, without what they put between its letters. */
export const plainIban = (written: string): string => written.replace(/[\s.-]/g, "").toUpperCase();

/** Whether its check digits are right (ISO 7064): what one mistypes is seen before it is sent. Which lengths a country has the service knows. */
export function isIban(written: string): boolean {
  const iban = plainIban(written);
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(iban)) return false;
  let rest = 0;
  for (const sign of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(sign, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
