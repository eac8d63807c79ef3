const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** How long something has waited, in the largest unit that there is one of: "3 days". Less than a minute is one. */
export function waited(since: string, language: string, now = Date.now()): string {
  const ms = Math.max(60_000, now - Date.parse(since));
  const [unit, size] = UNITS.find(([, each]) => ms >= each) ?? UNITS[2];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(
    Math.floor(ms / size),
  );
}

/** Whether it has waited for longer than a day: then somebody should look at it. */
export const isLate = (since: string, now = Date.now()) => now - Date.parse(since) > 86_400_000;

/** The first moment of a day of the reader's, as the contract writes times; "" for none. `after`: of so many days later. */
export function dayStart(day: string, after = 0): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return "";
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const time = new Date(year, month - 1, date + after);
  return Number.isNaN(time.getTime()) ? "" : time.toISOString();
}

/** What a list is asked for of a span of days, both of which belong to it. */
export function between(from: string | undefined, to: string | undefined) {
  const createTimeFrom = dayStart(from ?? "");
  const createTimeTo = dayStart(to ?? "", 1);
  return { ...(createTimeFrom && { createTimeFrom }), ...(createTimeTo && { createTimeTo }) };
}
