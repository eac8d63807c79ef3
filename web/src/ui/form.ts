import { useRef, useState } from "preact/hooks";
import * as v from "valibot";
import { Refusal } from "../api/refusal";
import { type Messages, useText } from "../text/messages";
import { wordsOf } from "./problem";

type Schema = v.ObjectSchema<v.ObjectEntries, undefined>;

/** What the service wants of a password at least. */
export const LEAST_PASSWORD = 8;

export type FormState = {
  busy: boolean;
  /** What is wrong with the whole. */
  problem: string | undefined;
  /** What is wrong with each field, by its name. */
  wrong: Readonly<Record<string, string>>;
};

type Faults = Messages["problem"]["fault"];

/** What the checks of a schema say: a name among `text.problem.fault`, so that it is said in the language of the page. */
export const fault = (name: keyof Faults): string => name;

/** What each field lacks, by name: of the values themselves, before anybody is asked. */
export function faultsOf(
  schema: Schema,
  values: Record<string, unknown>,
  words: Faults,
): Record<string, string> {
  const isFault = (name: string): name is keyof Faults => Object.hasOwn(words, name);
  const faults: Record<string, string> = {};
  for (const { path, message } of v.safeParse(schema, values).issues ?? [])
    faults[String(path?.[0]?.key)] ??= isFault(message) ? words[message] : words.refused;
  return faults;
}

/** "postalCode" of "address.postalCode", "lines" of "lines[0]": what a form calls what a refusal is about. */
export function fieldOf(path: string): string {
  return (path.split(".").at(-1) ?? "").replace(/\[\d+\]$/, "");
}

/** A native form: its values go through `schema`, then to `send`, once at a time; what is refused comes back to its fields. `reasons`: what
 * refusals mean here; `missing`: what else is wrong with values that fit the schema, by the names of fields. */
export function useForm<S extends Schema>(
  schema: S,
  send: (values: v.InferOutput<S>) => Promise<void>,
  reasons: Readonly<Record<string, string>> = {},
  missing: (values: Record<string, unknown>) => Record<string, string> = () => ({}),
) {
  const { text } = useText();
  const [state, setState] = useState<FormState>({ busy: false, problem: undefined, wrong: {} });
  const form = useRef<HTMLFormElement>(null);

  const refuse = (problem: string | undefined, wrong: Record<string, string>) => {
    setState({ busy: false, problem, wrong });
    // What has to be mended comes first.
    const first = form.current?.elements.namedItem(Object.keys(wrong)[0] ?? "");
    if (first instanceof HTMLElement) first.focus();
  };

  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (state.busy || !(event.currentTarget instanceof HTMLFormElement)) return;
    const values = Object.fromEntries(new FormData(event.currentTarget));
    const misfits = faultsOf(schema, values, text.problem.fault);
    const faults = Object.keys(misfits).length > 0 ? misfits : missing(values);
    if (Object.keys(faults).length > 0) return refuse(undefined, faults);
    setState({ busy: true, problem: undefined, wrong: {} });
    try {
      await send(v.parse(schema, values));
      setState({ busy: false, problem: undefined, wrong: {} });
    } catch (problem) {
      const fields = problem instanceof Refusal ? problem.fields : [];
      const known = fields
        .map(({ field, reason }) => [fieldOf(field), reason] as const)
        .filter(([field]) => field in values);
      const words = text.problem.fault;
      refuse(
        wordsOf(problem, text, reasons),
        Object.fromEntries(
          known.map(([field, reason]) => [field, reason === "REQUIRED" ? words.missing : words.refused]),
        ),
      );
    }
  };
  return { ...state, form, onSubmit };
}
