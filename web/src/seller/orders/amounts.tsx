import { useWords } from "../../text/rooms";
import { Field } from "../../ui/field";
import { type Line, leftOf } from "./orders";

const nameOf = (lineId: string) => `units-${lineId}`;

/** How many units of each line, of those that are left. */
export function Amounts({ lines, begin }: { lines: readonly Line[]; begin: "all" | "none" }) {
  const { said } = useWords("fulfilment");
  return (
    <fieldset class="amounts">
      <legend>{said.howMany}</legend>
      {lines
        .filter((line) => line.id && leftOf(line) > 0)
        .map((line) => (
          <Field
            key={line.id}
            name={nameOf(line.id ?? "")}
            label={[line.title, ...Object.values(line.options)].join(", ")}
            hint={said.of(leftOf(line))}
            type="number"
            inputMode="numeric"
            min={0}
            max={leftOf(line)}
            defaultValue={begin === "all" ? leftOf(line) : 0}
          />
        ))}
    </fieldset>
  );
}

/** The units that a form with Amounts says: whole numbers up to what is left, and nothing of lines with none. */
export function unitsIn(form: FormData, lines: readonly Line[]): { lineId: string; quantity: number }[] {
  return lines.flatMap((line) => {
    const said = String(form.get(nameOf(line.id ?? "")) ?? "").trim();
    const quantity = /^\d+$/.test(said) ? Math.min(Number(said), leftOf(line)) : 0;
    return line.id && quantity > 0 ? [{ lineId: line.id, quantity }] : [];
  });
}
