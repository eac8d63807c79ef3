import * as v from "valibot";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Send } from "../../ui/send";
import { TextArea } from "../../ui/text_area";
import { useStale } from "../acting";
import { useTell } from "../told";
import { makeRule } from "./content";

const Rule = v.object({
  query: v.pipe(v.string(), v.trim()),
  list: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))),
});

/** The id that a line ends with: lines may be pasted addresses of products. */
export function idIn(line: string): string {
  return /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i.exec(line)?.[0] ?? line.trim();
}

const linesOf = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** A new rule: one word, or product, a line. */
export function RuleDialog({ kind, close }: { kind: "synonyms" | "pin"; close: () => void }) {
  const { said, text } = useWords("op_content");
  const { said: all } = useWords("operator");
  const tell = useTell();
  const stale = useStale();
  const isPin = kind === "pin";
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Rule,
    async ({ query, list }) => {
      const lines = linesOf(list);
      const made = await makeRule(isPin ? { query, productIds: lines.map(idIn) } : { synonyms: lines });
      tell({ words: said.ruleMade, target: made.id });
      stale();
      close();
    },
    {},
    (values) => (isPin && !values.query ? { query: text.problem.fault.missing } : {}),
  );
  return (
    <Dialog heading={isPin ? said.makePin : said.makeSynonyms} close={close}>
      <p class="quiet">{isPin ? said.pinDoes : said.synonymsDoes}</p>
      <form ref={form} onSubmit={onSubmit} noValidate>
        {isPin ? (
          <Field name="query" label={said.query} maxLength={100} wrong={wrong.query} />
        ) : (
          <input type="hidden" name="query" value="" />
        )}
        <TextArea
          name="list"
          label={isPin ? said.pinList : said.synonymsList}
          hint={said.oneALine}
          wrong={wrong.list ?? wrong.synonyms ?? wrong.productIds}
        />
        <Send busy={busy} problem={problem}>
          {said.makeRule}
        </Send>
      </form>
      <div class="dialog-acts">
        <button type="button" class="button" onClick={close}>
          {all.leaveIt}
        </button>
      </div>
    </Dialog>
  );
}
