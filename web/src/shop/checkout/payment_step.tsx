import { useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { useArrival } from "../../ui/title";
import { pathTo } from "../paths";
import { keepDraft } from "./draft";
import { METHODS, Methods } from "./methods";

export function PaymentStep({ chosen }: { chosen: string | undefined }) {
  const { said } = useWords("checkout");
  useArrival("checkout payment", true);
  const paying = useWords("paying").said;
  const [, go] = useLocation();
  const [method, setMethod] = useState<string>(chosen ?? METHODS[0]);
  return (
    <>
      <h1 tabIndex={-1}>{paying.methods}</h1>
      <Methods chosen={method} choose={setMethod} />
      <button
        type="button"
        class="button button-main"
        onClick={() => {
          keepDraft({ method });
          go(pathTo.checkout("review"));
        }}
      >
        {said.next}
      </button>
    </>
  );
}
