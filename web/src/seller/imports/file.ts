// The file of an import that was sent from this page: its refused rows can be saved as a file of their own, and a trial can be made in earnest.
let kept: { importId: string; file: File } | undefined;

export function keepFile(importId: string, file: File) {
  kept = { importId, file };
}

export const keptFile = (importId: string): File | undefined =>
  kept?.importId === importId ? kept.file : undefined;

/** The rows of a CSV file as they are written, each with the number of the line that it begins in: line ends and separators within quotes are text. */
export function rowsOfFile(text: string): { line: number; text: string }[] {
  const rows: { line: number; text: string }[] = [];
  let begin = 0;
  let line = 1;
  let first = 1;
  let isQuoted = false;
  const end = (at: number) => {
    const row = text.slice(begin, at).replace(/\r$/, "");
    if (row !== "") rows.push({ line: first, text: row });
  };
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') isQuoted = !isQuoted;
    if (sign !== "\n") continue;
    line++;
    if (isQuoted) continue;
    end(at);
    begin = at + 1;
    first = line;
  }
  end(text.length);
  return rows;
}

/** A file with the names of the columns and those rows alone that begin in these lines. */
export function onlyLines(text: string, lines: ReadonlySet<number>): string {
  const [head, ...rows] = rowsOfFile(text);
  return [head, ...rows.filter((row) => lines.has(row.line))].map((row) => `${row?.text ?? ""}\r\n`).join("");
}

/** A cell of a CSV file that no program takes for a formula. */
export function cell(value: string | number): string {
  const text = String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
