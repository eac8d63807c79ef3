import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import * as v from "valibot";
import { product } from "../../api/catalogue";
import { api, ask } from "../../api/client";
import { Refusal } from "../../api/refusal";
import { useAccount } from "../../session/mine";
import { useWords } from "../../text/rooms";
import { Done } from "../../ui/done";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Problem } from "../../ui/problem";
import { Select } from "../../ui/select";
import { Send } from "../../ui/send";
import { Skeleton } from "../../ui/skeleton";
import { TextArea } from "../../ui/text_area";
import { useArrival, useTitle } from "../../ui/title";
import { NotFound } from "../frame/not_found";
import { pathTo } from "../paths";
import "./reviewing.css";

const WHYS = ["ILLEGAL_PRODUCT", "COUNTERFEIT", "DANGEROUS", "OFFENSIVE", "OTHER"] as const;
// Nothing, or an address: who is signed in may leave it out.
const EMAIL_OR_NOTHING = /^$|^\S+@\S+\.\S+$/;
const Entry = v.object({
  reason: v.string(),
  text: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing")), v.maxLength(2000, fault("refused"))),
  contactEmail: v.pipe(v.string(), v.trim(), v.regex(EMAIL_OR_NOTHING, fault("email"))),
});

/** Tells the people who run the marketplace what is wrong with a product; anybody may. */
export function ReportPage({ id }: { id: string }) {
  const { said, language } = useWords("reviewing");
  const asked = useQuery({ queryKey: ["product", language, id], queryFn: () => product(language, id) });
  useTitle(said.report);
  useArrival(`report ${id}`, asked.isSuccess);
  if (asked.error instanceof Refusal && asked.error.status === 404) return <NotFound />;
  if (asked.isLoadingError)
    return <Problem level={1} problem={asked.error} retry={() => void asked.refetch()} />;
  if (asked.isPending) return <Skeleton shape="text" count={4} />;
  return <Form id={id} title={asked.data.title} />;
}

function Form({ id, title }: { id: string; title: string }) {
  const { said } = useWords("reviewing");
  const { account } = useAccount();
  const [receipt, setReceipt] = useState("");
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Entry,
    async ({ reason: given, text, contactEmail }) => {
      const reason = WHYS.find((one) => one === given) ?? "OTHER";
      const body = { reason, text, ...(contactEmail && { contactEmail }) };
      const made = await ask(
        api.POST("/v1/products/{productId}:report", { params: { path: { productId: id } }, body }),
      );
      setReceipt(made.id);
    },
    said.reasons,
  );
  if (receipt)
    return (
      <Done
        heading={said.reported}
        hint={said.reportedHint(receipt)}
        to={pathTo.product(id, title)}
        go={said.toProduct}
      />
    );
  return (
    <div class="writing">
      <h1 tabIndex={-1}>{said.report}</h1>
      <p>{said.of(title)}</p>
      <p class="quiet">{said.reportLead}</p>
      <form ref={form} onSubmit={onSubmit} method="post" noValidate>
        <Select
          name="reason"
          label={said.why}
          options={WHYS.map((value) => ({ value, label: said.whys[value] }))}
          wrong={wrong.reason}
        />
        <TextArea name="text" label={said.how} maxLength={2000} wrong={wrong.text} />
        <Field
          name="contactEmail"
          type="email"
          label={said.email}
          autocomplete="email"
          defaultValue={account?.email ?? ""}
          maxLength={254}
          wrong={wrong.contactEmail}
        />
        <Send busy={busy} problem={problem}>
          {said.send}
        </Send>
      </form>
    </div>
  );
}
