import { useMutation, useQueryClient } from "@tanstack/preact-query";
import { useEffect, useState } from "preact/hooks";
import { type Order, pay } from "../../api/orders";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { useKeys } from "../../ui/key";
import { wordsOf } from "../../ui/problem";
import { bankOf, leaveForBank } from "../checkout/confirm";
import { METHODS, Methods } from "../checkout/methods";
import { leavesOpen, untilFinal } from "../checkout/placing";
import { payingOf } from "./use_order";
import "./pay_again.css";

/** An order that waits to be confirmed at the bank, or for another way to pay it, for as long as it is kept. */
export function PayAgain({ order }: { order: Order }) {
  const { said, text, format, language } = useWords("paying");
  const queries = useQueryClient();
  const keys = useKeys();
  const [method, setMethod] = useState<string>(METHODS[0]);
  const key = ["mine", "order", order.id];
  const left = useLeft(order.payUntil, () => void queries.invalidateQueries({ queryKey: key }));
  const paying = useMutation({
    mutationKey: payingOf(order.id),
    onMutate: () => queries.cancelQueries({ queryKey: key }),
    mutationFn: () => untilFinal(() => pay(order.id, method, keys.of([order.id, method]))),
    onSuccess: (paid) => {
      keys.answered();
      queries.setQueryData(key, paid);
      void queries.invalidateQueries({ queryKey: ["mine", "cart"] });
      leaveForBank(paid);
    },
    onError: (problem) => {
      // Of what is not known the same is asked again.
      if (!leavesOpen(problem)) keys.answered();
      void queries.invalidateQueries({ queryKey: key });
    },
  });
  const code = paying.error instanceof Refusal ? paying.error.metadata?.declineCode : undefined;
  const time = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { timeStyle: "short" });
  if (!order.payUntil) return null;
  const until = time.format(new Date(order.payUntil));
  const bank = bankOf(order);
  return (
    <section class="pay-again">
      <h2>{bank ? said.confirm : said.declined}</h2>
      <p>{left ? (bank ? said.confirmHint(until) : said.declinedHint(until)) : said.late}</p>
      {left && bank && (
        <p>
          <a class="button button-main" href={bank}>
            {said.toBank}
          </a>
        </p>
      )}
      <p class="field-wrong" role="alert">
        {paying.isError &&
          [wordsOf(paying.error, text), said.declinedWhy[code ?? ""]].filter(Boolean).join(" ")}
      </p>
      {left && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!paying.isPending) paying.mutate();
          }}
        >
          <Methods chosen={method} choose={setMethod} />
          <button
            type="submit"
            class={bank ? "button" : "button button-main"}
            aria-disabled={paying.isPending}
          >
            {paying.isPending ? text.loading : said.again(format.money(order.total))}
          </button>
        </form>
      )}
    </section>
  );
}

/** Whether there is time left; `over` is told when there is none any more. */
function useLeft(until: string | undefined, over: () => void): boolean {
  const [left, setLeft] = useState(true);
  useEffect(() => {
    if (!until) return;
    const ms = new Date(until).getTime() - Date.now();
    setLeft(ms > 0);
    const timer = setTimeout(() => {
      setLeft(false);
      over();
    }, ms);
    return () => clearTimeout(timer);
  }, [until]);
  return left;
}
