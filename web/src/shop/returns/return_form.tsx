import { useMutation, useQueryClient } from "@tanstack/preact-query";
import { useRef, useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import type { Schemas } from "../../api/client";
import type { Part } from "../../api/orders";
import { useWords } from "../../text/rooms";
import { useDraft } from "../../ui/draft";
import { useKeys } from "../../ui/key";
import { wordsOf } from "../../ui/problem";
import { Select } from "../../ui/select";
import { Send } from "../../ui/send";
import { TextArea } from "../../ui/text_area";
import { leavesOpen } from "../checkout/placing";
import { memberPathTo } from "../members/paths";
import { Pictures } from "../reviewing/picture_fields";
import "../reviewing/reviewing.css";
import { bodyOf, emptyWish, REASONS, RETURNS, type Returnable, requestReturn, returnOf } from "./returns";

const MOST_TEXT = 2000;

type Wrong = { units?: string; reason?: string };

/** What goes back, how much of it, why, with words and pictures: kept in the tab until it is sent. */
export function ReturnForm({ part, some }: { part: Part; some: readonly Returnable[] }) {
  const { said, text } = useWords("returning");
  const queries = useQueryClient();
  const [, go] = useLocation();
  const keys = useKeys();
  const form = useRef<HTMLFormElement>(null);
  const { value: wish, set, drop } = useDraft(`return:${part.id}`, emptyWish(some), "");
  const [wrong, setWrong] = useState<Wrong>({});

  const asking = useMutation({
    mutationFn: (body: Schemas["RequestReturnRequest"]) => requestReturn(part.orderId, keys.of(body), body),
    onSuccess: (made) => {
      keys.answered();
      drop();
      queries.setQueryData(returnOf(made.id).queryKey, made);
      go(memberPathTo.return(made.id), { replace: true });
    },
    onError: (problem) => {
      if (!leavesOpen(problem)) keys.answered();
    },
    // Refused: it may be another form by now, of what is left.
    onSettled: () => void queries.invalidateQueries({ queryKey: RETURNS }),
  });
  const send = () => {
    if (asking.isPending) return;
    const { reason } = wish;
    const body = bodyOf(part.id, some, { ...wish, reason: reason || "OTHER" });
    const faults: Wrong = {
      ...(!body && { units: said.nothing }),
      ...(!reason && { reason: said.noReason }),
    };
    setWrong(faults);
    const [first] = Object.keys(faults);
    if (first === undefined && body) return asking.mutate(body);
    // What has to be mended comes first.
    form.current?.querySelector<HTMLSelectElement>(`select[data-of="${first}"]`)?.focus();
  };
  return (
    <form
      ref={form}
      noValidate
      method="post"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <fieldset class="return-units" aria-describedby={wrong.units && "return-nothing"}>
        <legend>{said.what}</legend>
        <ul>
          {some.map(({ line, lineId, left }) => (
            <li key={lineId}>
              <span>
                {line.title}
                <small>{Object.values(line.options).join(", ")}</small>
              </span>
              <label>
                <select
                  data-of="units"
                  aria-label={said.howMany(line.title)}
                  aria-invalid={wrong.units ? "true" : undefined}
                  value={Math.min(wish.units[lineId] ?? 0, left)}
                  onChange={(event) =>
                    set({ ...wish, units: { ...wish.units, [lineId]: Number(event.currentTarget.value) } })
                  }
                >
                  {Array.from({ length: left + 1 }, (_, count) => (
                    <option key={count} value={count}>
                      {count}
                    </option>
                  ))}
                </select>{" "}
                {said.of(left)}
              </label>
            </li>
          ))}
        </ul>
        {wrong.units && (
          <p class="field-wrong" id="return-nothing">
            {wrong.units}
          </p>
        )}
      </fieldset>
      <Select
        name="reason"
        data-of="reason"
        label={said.why}
        chosen={wish.reason}
        options={[
          { value: "", label: said.choose },
          ...REASONS.map((one) => ({ value: one, label: said.reason[one] })),
        ]}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          set({ ...wish, reason: REASONS.find((one) => one === chosen) ?? "" });
        }}
        wrong={wrong.reason}
      />
      <TextArea
        name="text"
        label={said.text}
        hint={said.textHint}
        maxLength={MOST_TEXT}
        value={wish.text}
        onInput={(event) => set({ ...wish, text: event.currentTarget.value })}
      />
      <Pictures pictures={wish.pictures} change={(pictures) => set({ ...wish, pictures })} />
      <Send
        busy={asking.isPending}
        problem={asking.isError ? wordsOf(asking.error, text, said.reasons) : undefined}
      >
        {said.send}
      </Send>
    </form>
  );
}
