import { useWords } from "../../text/rooms";
import "./methods.css";

// What the sandbox of the payment provider knows (sandbox/README.md). Where a real one is, its own fields stand here.
export const METHODS = [
  "pm_card_visa",
  "pm_card_visa_chargeDeclined",
  "pm_card_visa_chargeDeclinedInsufficientFunds",
  "pm_card_threeDSecure2Required",
  "pm_sandbox_error_then_authorized",
  "pm_sandbox_timeout_authorized",
] as const;

/** Ways to pay, to choose from. */
export function Methods({
  chosen,
  choose,
}: {
  chosen: string | undefined;
  choose: (method: string) => void;
}) {
  const { said } = useWords("paying");
  return (
    <fieldset class="checkout-choices methods">
      <legend class="unseen">{said.methods}</legend>
      <p class="quiet">{said.sandbox}</p>
      {METHODS.map((one) => (
        <label key={one} class="choice">
          <input
            type="radio"
            name="method"
            value={one}
            checked={chosen === one}
            onChange={() => choose(one)}
          />
          <span>
            {said.card[one]}
            <small>{said.hint[one]}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
