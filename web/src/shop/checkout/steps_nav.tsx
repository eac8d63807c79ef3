import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { pathTo, STEPS, type Step } from "../paths";
import "./steps_nav.css";

/** Where one is, and the way back to what was said before. */
export function StepsNav({ at }: { at: Step }) {
  const { said } = useWords("checkout");
  const now = STEPS.indexOf(at);
  return (
    <nav class="steps" aria-label={said.steps}>
      <ol>
        {STEPS.map((step, index) => (
          <li key={step} data-done={index < now}>
            {index < now ? (
              <Link href={pathTo.checkout(step)}>{said.step[step]}</Link>
            ) : (
              <span aria-current={step === at ? "step" : undefined}>{said.step[step]}</span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
